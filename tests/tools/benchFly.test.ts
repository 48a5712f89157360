import { flyFigures, FlyResult, flyTable, rateLimitMs } from "../../tools/bench/flyReport";

const RESULT: FlyResult = {
    machines: 10,
    oneMs: 4765.4,
    tenMs: 12_700.6,
    rateLimitMs: 7000,
    createSpanMs: 7210,
    noopRequests: 0,
    refreshRequests: 2,
    refreshed: ["app_get", "machine_list"],
};

test("three requests of one action go at once, each further one takes a second", () => {
    expect([1, 3, 4, 10].map(rateLimitMs)).toEqual([0, 0, 1000, 7000]);
});

test("the file holds whole milliseconds", () => {
    expect(flyFigures(RESULT)).toEqual({
        noopRequests: 0,
        refreshRequests: 2,
        oneMs: 4765,
        tenMs: 12_701,
        rateLimitMs: 7000,
    });
});

test("the table tells the waits of the limit apart from the rest", () => {
    const lines = flyTable(RESULT).split("\n");
    expect(lines.slice(2, 4).map((line) => line.split(/ {2,}/))).toEqual([
        ["1 machine", "4.8 s", "0.0 s", "4.8 s"],
        ["10 machines", "12.7 s", "7.0 s", "5.7 s"],
    ]);
    expect(lines.slice(-3)).toEqual([
        "from the first new machine to the last: 7.2 s, of which the limit asks 7.0 s",
        "requests of an update of 10 machines that changes nothing: 0",
        "with --refresh: 2 (app_get, machine_list)",
    ]);
});
