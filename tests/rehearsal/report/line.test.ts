import { Writable } from "node:stream";
import { createDayLines } from "../../../rehearsal/report";
import { actLine, dayLines } from "../../../rehearsal/report/line";
import { act, day } from "../../support/dayReport";

const zero = act("zero", {
    title: "From nothing to serving",
    ms: 192_000,
    figures: { resources: 62, URLs: 14 },
    steps: [{ text: "all answer", ok: true }],
});
const broken = act("broken-release", {
    title: "A broken release harms nobody",
    ok: false,
    ms: 48_200,
    figures: { requests: 4800, lost: 17 },
    steps: [
        { text: "the update fails", ok: true },
        { text: "the old version serves", ok: false },
    ],
    error: "\u001b[31m17 requests were lost\u001b[0m\n  GET / 502",
});
const gone = act("gone", { title: "Nothing is left", ok: undefined, ms: 0 });
const acts = [zero, broken, gone];

/** A stream that keeps what is written to it. */
function sink(terminal: boolean): { stream: NodeJS.WriteStream; text: () => string } {
    const chunks: string[] = [];
    const stream = new Writable({
        write(chunk: Buffer, _encoding, done) {
            chunks.push(chunk.toString());
            done();
        },
    });
    return {
        stream: Object.assign(stream, { isTTY: terminal, columns: 80 }) as unknown as NodeJS.WriteStream,
        text: () => chunks.join(""),
    };
}

/** Lets a stream take itself for one of a terminal outside CI. */
function withoutCi<T>(run: () => T): T {
    const { CI, TERM } = process.env;
    delete process.env.CI;
    process.env.TERM = "xterm";
    try {
        return run();
    } finally {
        Object.assign(process.env, { ...(CI !== undefined && { CI }) });
        if (TERM === undefined) {
            delete process.env.TERM;
        } else {
            process.env.TERM = TERM;
        }
    }
}

test("an act that is not for a stack says why, in place of figures", () => {
    const error = "not for this stack: no app takes a load";
    const release = act("release", { title: "Nothing is lost", ok: undefined, ms: 900, error });
    expect(actLine(release, [release]).split(/ {2,}/)).toEqual([
        "– release",
        "Nothing is lost",
        "not run",
        error,
    ]);
});

test("acts stand in columns", () => {
    expect(acts.map((each) => actLine(each, acts))).toEqual([
        "✓ zero            From nothing to serving         3 min 12 s  62 resources, 14 URLs",
        "✗ broken-release  A broken release harms nobody         48 s  4,800 requests, 17 lost",
        "– gone            Nothing is left                    not run",
    ]);
});

test("the last lines tell what became of the day", () => {
    expect(dayLines(day({ acts, servingMs: 192_000 }))).toEqual([
        "✗ 1 of 2 acts went well, 17 of 4,800 requests lost",
        "  serving after 3 min 12 s, the whole day 2 min 5 s, 2 cores, 7.8 GiB, Linux 6.1",
    ]);
    expect(dayLines(day({ acts: [act("a")] }))).toEqual([
        "✓ 1 of 1 acts went well",
        "  the whole day 2 min 5 s, 2 cores, 7.8 GiB, Linux 6.1",
    ]);
    expect(dayLines(day({ acts: [] }))[0]).toBe("✗ no act was played");
});

test("where there is no terminal each thing is one plain line, with what went wrong below its act", () => {
    const { stream, text } = sink(false);
    const lines = createDayLines(acts, stream);
    lines.say("on this machine");
    const first = lines.start(zero);
    first.note("waits for\nthe server");
    first.over(zero);
    lines.start(broken).over(broken);
    lines.end(day({ acts }), ["report/rehearsal.html"]);
    expect(text()).toBe(`on this machine
  … zero: waits for the server
✓ zero            From nothing to serving         3 min 12 s  62 resources, 14 URLs
✗ broken-release  A broken release harms nobody         48 s  4,800 requests, 17 lost
    ✗ the old version serves
    17 requests were lost
      GET / 502

✗ 1 of 2 acts went well, 17 of 4,800 requests lost
  the whole day 2 min 5 s, 2 cores, 7.8 GiB, Linux 6.1
  report/rehearsal.html
`);
});

test("on a terminal what an act does is no line of its own", () => {
    const { stream, text } = sink(true);
    const lines = withoutCi(() => createDayLines(acts, stream));
    const running = lines.start(zero);
    running.note("waits for the server");
    // Draws what runs, over and over.
    lines.say("said meanwhile");
    running.note("asks every URL");
    running.over(zero);
    lines.end(day({ acts: [zero] }));
    const shown = text();
    expect(shown).toMatch(/ {2}… zero: waits for the server \d+ s/);
    // What stands in a line after it was last cleared.
    expect(shown.split("\n").map((each) => each.split("\u001b[2K").at(-1))).toEqual([
        "said meanwhile",
        actLine(zero, acts),
        "",
        "✓ 1 of 1 acts went well",
        "  the whole day 2 min 5 s, 2 cores, 7.8 GiB, Linux 6.1",
        "",
    ]);
});
