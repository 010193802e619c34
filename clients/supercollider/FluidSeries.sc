// One model of a running `fluidseries serve`.
//
//   m = FluidSeries(\wave, \classifier);
//   m.frame([0.1, 0.5], { |label, probability| label.postln });
//
// Every request may be given an action, a function of what is answered; errors are posted, or
// given to errorAction.
FluidSeries {
	classvar <>server, replyPort = 12000, pending, models, hearing, counter = 0;
	var <name, <>onAnswer, <>onProgress, <>errorAction, <>warningAction;
	var fitAction;

	*initClass {
		server = NetAddr("127.0.0.1", 6448);
		pending = IdentityDictionary.new;
		models = IdentityDictionary.new;
	}

	// Makes the model if the server has none of this name; settings are names and values in turn.
	*new { |name, kind = \classifier, settings, action|
		^this.at(name).make(kind, settings, action);
	}

	// A model that is there already.
	*at { |name|
		this.listen;
		^models.at(name.asSymbol) ?? { super.newCopyArgs(name.asSymbol).register };
	}

	// Opens the port that the server answers to.
	*listen { |port = 12000|
		if (hearing.isNil) {
			replyPort = port;
			if (thisProcess.openUDPPort(port).not) {
				Error("port % is taken: stop the program that has it, or use FluidSeries.listen "
					"with another and serve --reply with the same".format(port)).throw;
			};
			hearing = { |message, time, from, at| if (at == replyPort) { this.prHear(message) } };
			thisProcess.addOSCRecvFunc(hearing);
		};
	}

	*free {
		thisProcess.removeOSCRecvFunc(hearing);
		hearing = nil;
		pending.clear;
		models.clear;
	}

	// Asks the program: FluidSeries.ask(\models, action: { |...names| names.postln });
	*ask { |request, values, action|
		this.listen;
		this.prSend("/fluidseries/" ++ request, values, action);
	}

	*prSend { |address, values, action|
		var tag;
		values = values ? [];
		if (action.isNil) { ^server.sendMsg(address, *values) };
		counter = counter + 1;
		tag = ("@" ++ counter).asSymbol;
		pending[tag] = action;
		server.sendMsg(address, tag, *values);
	}

	*prHear { |message|
		var parts = message[0].asString.split($/), values = message[1..], tag = values[0], action;
		if (parts[1] != "fluidseries") { ^this };
		if (tag.isKindOf(Symbol) and: { tag.asString.beginsWith("@") }) {
			values = values[1..];
			// The messages of a fit all have its tag: its action is called by fit/done.
			if (parts[3..].join($/) != "fit") { action = pending.removeAt(tag) };
		};
		if (parts.size > 3) {
			models[parts[2].asSymbol] !? { |model| model.prHear(parts[3..].join($/), values, action) };
		} {
			if (parts[2] == "error") {
				"fluidseries: %: %".format(*values).warn;
			} {
				action !? { action.value(*values) };
			};
		};
	}

	register { models[name] = this }

	prHear { |request, values, action|
		case
		{ request == "error" } {
			if (errorAction.notNil) { errorAction.value(*values) } {
				"fluidseries %: %: %".format(name, *values).warn;
			};
		}
		{ request == "warning" } {
			if (warningAction.notNil) { warningAction.value(*values) } {
				"fluidseries %: %".format(name, values[0]).warn;
			};
		}
		{ request == "fit/progress" } { onProgress !? { onProgress.value(*values) } }
		{ request == "fit/done" } {
			fitAction !? { fitAction.value(*values) };
			fitAction = nil;
		}
		{ request == "segment/answer" } { onAnswer !? { onAnswer.value(*values) } }
		{ action !? { action.value(*values) } };
	}

	// Any request of the table in docs/osc.md.
	ask { |request, values, action|
		this.class.prSend("/fluidseries/%/%".format(name, request), values, action);
	}

	make { |kind = \classifier, settings, action|
		var heard = false;
		SystemClock.sched(3, {
			if (heard.not) {
				"fluidseries: no answer from % port %: is fluidseries serve running, and does it "
				"answer to port %?".format(server.ip, server.port, replyPort).warn;
			};
			nil
		});
		this.class.ask(\models, action: { |...names|
			heard = true;
			if (names.includes(name)) { action.value(kind) } {
				this.ask(\new, [kind] ++ settings, action);
			};
		});
	}

	remove { |action| this.ask(\remove, nil, action) }
	frame { |values, action| this.ask(\frame, values.collect(_.asFloat), action) }
	reset { |action| this.ask(\reset, nil, action) }

	recordStart { |label, action| this.ask(\recordStart, label !? { [label] }, action) }
	recordStop { |action| this.ask(\recordStop, nil, action) }
	recordDiscard { |action| this.ask(\recordDiscard, nil, action) }
	target { |values, action| this.ask(\target, values.asArray, action) }

	// action: loss, epochs, seconds, snapshot; progress: epoch, loss, validationLoss, epochs
	fit { |action, progress|
		fitAction = action;
		progress !? { onProgress = progress };
		this.ask(\fit);
	}
	cancel { |keep = false, action| this.ask(\cancel, [keep.binaryValue], action) }
	clear { |action| this.ask(\clear, nil, action) }
	predict { |id, action| this.ask(\predict, [id], action) }

	set { |setting, value, action| this.ask(\set, [setting] ++ value, action) }
	get { |setting, action| this.ask(\get, [setting], action) }

	segment { |mode, action| this.ask(\segment, [mode], action) }
	segmentStart { |action| this.ask(\segmentStart, nil, action) }
	segmentStop { |action| this.ask(\segmentStop, nil, action) }

	// action: an array of [id, frames, seconds, muted, label] for each take
	list { |action| this.prRows(\list, \take, { |row| row[1..] }, action) }
	delete { |id, action| this.ask(\delete, [id], action) }
	deleteAll { |action| this.ask(\deleteAll, nil, action) }
	rename { |id, newId, action| this.ask(\rename, [id, newId], action) }
	relabel { |id, label, action| this.ask(\relabel, [id] ++ label, action) }
	mute { |id, muted = true, action| this.ask(\mute, [id, muted.binaryValue], action) }
	trim { |id, from, to, action| this.ask(\trim, [id, from, to], action) }
	play { |id, action| this.ask(\play, [id], action) }
	undo { |action| this.ask(\undo, nil, action) }
	redo { |action| this.ask(\redo, nil, action) }

	snapshot { |snapshot, action| this.ask(\snapshot, [snapshot], action) }
	recall { |snapshot, action| this.ask(\recall, [snapshot], action) }
	revert { |action| this.ask(\revert, nil, action) }
	// action: an array of [number, name, loss, epochs, seconds, playing] for each
	snapshots { |action| this.prRows(\snapshots, 'snapshots/entry', { |row| row }, action) }

	write { |file, action| this.ask(\write, [file], action) }
	read { |file, action| this.ask(\read, [file], action) }
	status { |action| this.ask(\status, nil, { |...values| action.value(values.asEvent) }) }

	// A count comes first, then so many rows.
	prRows { |request, row, select, action|
		var rows = [], count, ears, address = "/fluidseries/%/".format(name);
		ears = { |message, time, from, at|
			if (at == replyPort) {
				if (message[0] == (address ++ request).asSymbol) { count = message.last; rows = [] };
				if (message[0] == (address ++ row).asSymbol) {
					rows = rows.add(select.value(message[1..]));
				};
				if (count.notNil and: { rows.size >= count }) {
					thisProcess.removeOSCRecvFunc(ears);
					action.value(rows);
				};
			};
		};
		thisProcess.addOSCRecvFunc(ears);
		this.ask(request);
	}

	printOn { |stream| stream << "FluidSeries(" << name << ")" }
}
