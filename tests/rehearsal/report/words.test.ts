import { sumOf } from "../../../rehearsal/report";
import { count, duration, figure, machineWords, plain, verdict } from "../../../rehearsal/report/words";
import { act, day } from "../../support/dayReport";

test.each([
    [0, "0.0 s"],
    [-5, "0.0 s"],
    [940, "0.9 s"],
    [9_949, "9.9 s"],
    [9_950, "10 s"],
    [59_499, "59 s"],
    [59_500, "1 min"],
    [192_000, "3 min 12 s"],
    [3_599_400, "59 min 59 s"],
    [3_599_500, "1 h"],
    [3_690_000, "1 h 2 min"],
])("%d ms is said as %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
});

test.each<[string, number | string | boolean, string]>([
    ["requests", 23_932, "23,932 requests"],
    ["lost", 0, "0 lost"],
    ["websockets", 1, "1 websocket"],
    ["URLs", 1, "1 URL"],
    ["killed", 1, "1 killed"],
    ["by the gates", 1, "1 by the gates"],
    ["loss", 1, "1 loss"],
    ["back after s", 1, "back after 1 s"],
    ["p95 ms", 14.256, "p95 14.26 ms"],
    ["back after s", 3, "back after 3 s"],
    ["ms", 3, "3 ms"],
    ["share %", 99.5, "share 99.5 %"],
    ["version", "3.6", "version: 3.6"],
    ["host key kept", true, "host key kept"],
    ["host key kept", false, "host key kept: no"],
    ["two\nlines", "\u001b[1mbold\u001b[0m\ttext", "two lines: bold text"],
])("a figure %j of %j is told as %j", (label, value, words) => {
    expect(figure(label, value)).toBe(words);
});

test("numbers look the same on every machine", () => {
    expect([1_234_567.891, 0.5, -3].map(count)).toEqual(["1,234,567.89", "0.5", "-3"]);
});

test("text from outside loses colours, links, bells and halves of characters, and keeps its lines", () => {
    const text =
        "\u001b[31mred\u001b[0m \u001b]8;;https://x.example\u0007link\u001b]8;;\u0007\r\n\ttab\u0008\u0000 \ud83d end\n";
    expect(plain(text)).toBe("red link\n\ttab \ufffd end");
});

test("memory is told in GiB, and a single core is one", () => {
    expect(machineWords({ machine: { cpus: 1, memoryMb: 8192, kernel: "Linux 6.1" } })).toBe(
        "1 core, 8 GiB, Linux 6.1",
    );
    expect(machineWords(day())).toBe("2 cores, 7.8 GiB, Linux 6.1");
});

describe("the sum of a day", () => {
    const load = (requests: number, lost: number) => ({ figures: { requests, lost } });

    it("counts what was played, and requests where what was lost stands beside them", () => {
        const acts = [
            act("a", load(100, 0)),
            act("b", { ok: false, ...load(50, 2) }),
            act("c", { figures: { requests: 7 } }),
            act("d", { figures: { lost: 9 } }),
            act("e", { ok: undefined, ...load(1000, 1000) }),
        ];
        expect(sumOf({ acts })).toEqual({
            passed: 3,
            played: 4,
            failed: [acts[1]],
            requests: 150,
            lost: 2,
            ok: false,
        });
    });

    it("is good only when something was played, nothing failed and nothing was lost", () => {
        const good = (...acts: Parameters<typeof act>[1][]) =>
            sumOf({ acts: acts.map((more, index) => act(String(index), more)) }).ok;
        expect(good({}, load(5, 0))).toBe(true);
        expect(good({}, { ok: undefined })).toBe(true);
        expect(good({}, load(5, 1))).toBe(false);
        expect(good({}, { ok: false })).toBe(false);
        expect(good({ ok: undefined })).toBe(false);
        expect(good()).toBe(false);
        expect(verdict({ acts: [] })).toBe("no act was played");
    });
});
