#!/bin/sh
# From folders of recordings to models, on the command line. Run it in an empty folder:
#     sh .../examples/voices.sh
# docs/audio.md goes through it. It needs espeak-ng and the extra: pip install 'fluidseries[audio,plots]'
set -e
python3 "$(dirname "$0")/make_voices.py" voices

# Describe the recordings: series, the words (sub-folders), and speed and height (the table).
fluidseries extract voices/known --table voices/known.csv \
    --output known.json --labels words.json --points numbers.json
fluidseries inspect known.json

# Learn which word is spoken, and how fast and how high.
fluidseries fit classifier known.json words.json --output word.json --random-state 0
fluidseries fit regressor known.json numbers.json --output speech.json --random-state 0

# Try both on recordings that they have not heard, some by voices that they have not heard.
fluidseries extract voices/new --table voices/new.csv --like word.json \
    --output new.json --labels new-words.json --points new-numbers.json
fluidseries evaluate word.json new.json new-words.json
fluidseries evaluate speech.json new.json new-numbers.json

# Look at it: what is taken for what, and how near the numbers come.
fluidseries plot word.json new.json new-words.json --output words.png
fluidseries plot speech.json new.json new-numbers.json --output numbers.png

# One recording of your own.
espeak-ng -v en-us+f4 -s 200 -p 30 -z -w mine.wav tomorrow
fluidseries extract mine.wav --like word.json --output mine.json
fluidseries predict word.json mine.json --output my-word.json
fluidseries predict speech.json mine.json --output my-numbers.json
cat my-word.json my-numbers.json
