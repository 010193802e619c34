"""OSC packets: the same bytes as python-osc, and nothing but a PacketError from whatever comes."""

from __future__ import annotations

import contextlib
import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from fluidseries.osc import packets
from fluidseries.osc.packets import MAX_PACKET, PacketError, header_of, read_packet, write_message

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
floats = st.floats(width=32, allow_nan=False)
arguments = st.lists(
    st.one_of(
        floats,
        st.integers(-(2**63), 2**63 - 1),
        texts,
        st.booleans(),
        st.none(),
    ),
    max_size=20,
)


def theirs(address, values):
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build().dgram


def bundle(*elements, time=1):
    content = b"".join(struct.pack(">i", len(e)) + e for e in elements)
    return b"#bundle\0" + struct.pack(">Q", time) + content


@given(arguments)
def test_what_is_written_comes_back(values):
    packet = write_message("/a/b", *values)
    assert len(packet) % 4 == 0
    [message] = read_packet(packet)
    assert message.address == "/a/b"
    assert list(message.arguments) == values
    assert OscMessage(packet).params == values


@given(st.lists(st.one_of(floats, st.integers(-(2**31), 2**31 - 1)), max_size=20))
def test_numbers_are_the_bytes_that_python_osc_writes(values):
    if all(type(value) is float for value in values) or -(2**31) not in values:
        assert write_message("/wave/frame", *values) == theirs("/wave/frame", values)


def test_numbers_of_all_widths_take_the_short_way():
    packet = b"/n\0\0,ihfd\0\0\0" + struct.pack(">iqfd", 1, 2**40, 0.5, 1e300)
    assert list(read_packet(packet)) == [("/n", (1, 2**40, 0.5, 1e300))]
    assert header_of(packet) == b"/n\0\0,ihfd\0\0\0"


@pytest.mark.parametrize(
    ("value", "single"), [(1e300, math.inf), (-1e300, -math.inf), (2**70, float(2**70))]
)
def test_numbers_that_are_too_large(value, single):
    assert list(read_packet(write_message("/n", value))) == [("/n", (single,))]
    assert list(read_packet(write_message("/n", value, "x"))) == [("/n", (single, "x"))]


def test_a_zero_within_text_does_not_move_what_follows():
    assert list(read_packet(write_message("/t", "a\0b", 7))) == [("/t", ("ab", 7))]


def test_bundles_come_out_in_order_whatever_their_time():
    one, two, three = (write_message(f"/{i}", float(i)) for i in range(3))
    nested = bundle(one, bundle(two, time=2**63), three, time=2**60)
    assert [message.address for message in read_packet(nested)] == ["/0", "/1", "/2"]
    builder = OscBundleBuilder(2e9)
    for packet in (one, two):
        builder.add_content(OscMessage(packet))
    assert [m.address for m in read_packet(builder.build().dgram)] == ["/0", "/1"]


MESSAGE = write_message("/wave/frame", 0.5, 1.5)

DAMAGED = {
    "nothing": (b"", "begins with /"),
    "no slash": (b"wave\0\0\0\0,f\0\0\0\0\0\0", "begins with /"),
    "no tags": (b"/wave\0\0\0\1\2\3\4", "without type tags"),
    "short": (MESSAGE[:-3], "ends within its arguments"),
    "text without end": (b"/t\0\0,s\0\0abcd", "ends within its arguments"),
    "unknown type": (b"/t\0\0,fZ\0\0\0\0\0", "type 'Z'"),
    "blob": (b"/t\0\0,b\0\0\xff\xff\xff\xff", "type 'b'"),
    "open bracket": (b"/t\0\0,[f\0\0\0\0\0", "damaged"),
    "not UTF-8": (b"/\xff\xfe\0,\0\0\0", "not UTF-8"),
    "element of -4 bytes": (bundle() + b"\xff\xff\xff\xfc", "4294967292 bytes"),
    "element of no bytes": (bundle() + bytes(4), "0 bytes"),
    "element past the end": (bundle() + struct.pack(">i", 400), "400 bytes"),
    "bundle without time": (b"#bundle\0\0\0", "time tag"),
    "17,000 arguments": (b"/t\0\0," + b"T" * 17_000 + bytes(3), "17000 arguments"),
}


@pytest.mark.parametrize(("packet", "text"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_packets(packet, text):
    with pytest.raises(PacketError, match=text):
        list(read_packet(packet))


def test_bundles_within_bundles_without_end():
    packet = MESSAGE
    while len(packet) < 60_000:
        packet = bundle(packet)
    with pytest.raises(PacketError, match="more than 16"):
        list(read_packet(packet))


def test_messages_before_the_damage_are_handled():
    messages = read_packet(bundle(MESSAGE, MESSAGE[:-4]))
    assert next(messages).address == "/wave/frame"
    with pytest.raises(PacketError, match="ends within"):
        next(messages)


@given(st.binary(max_size=200))
@example(b"#bundle\0" + bytes(8) + b"\0\0\0\4/\0\0\0")
def test_any_bytes(packet):
    for packet_ in (packet, b"/a\0\0," + packet, bundle(packet), b"#bundle\0" + packet):
        with contextlib.suppress(PacketError):
            for message in read_packet(packet_):
                assert message.address.startswith("/")


@given(st.data())
def test_a_good_packet_with_some_bytes_changed(data):
    packet = bytearray(bundle(MESSAGE, write_message("/t", "text", 3), bundle(MESSAGE)))
    for _ in range(data.draw(st.integers(1, 4))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PacketError):
        list(read_packet(bytes(packet)))


def test_addresses_without_end_fill_no_memory():
    for i in range(10_000):
        list(read_packet(write_message(f"/{i}", 1.0)))
    assert len(packets._LAYOUTS) <= 4096


def test_the_largest_packet():
    values = [0.5] * ((MAX_PACKET - 16_500) // 4)
    packet = write_message("/f", *values)
    assert len(packet) <= MAX_PACKET
    assert len(next(read_packet(packet)).arguments) == len(values)
