import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { removeReport, writeReport } from "../../../rehearsal/report";
import { json } from "../../../rehearsal/report/json";
import { markdown } from "../../../rehearsal/report/markdown";
import { page } from "../../../rehearsal/report/page/page";
import { act, anyDay, day } from "../../support/dayReport";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-test-report-"));
});
afterEach(() => {
    fs.rmSync(folder, { recursive: true });
});

test("the JSON has each act's name, outcome, time and figures", () => {
    const acts = [
        act("zero", { ms: 192_000.4, figures: { resources: 62, kept: true, version: "3.6" } }),
        act("gone", { ok: undefined, ms: 0 }),
    ];
    expect(JSON.parse(json(day({ acts, ms: 200_000.5, servingMs: 180_000.2 })))).toEqual({
        ...day(),
        ms: 200_001,
        servingMs: 180_000,
        acts: [
            { ...acts[0], ms: 192_000 },
            { ...acts[1], ok: null },
        ],
    });
});

test("whatever the day was, its JSON tells it again", () => {
    fc.assert(
        fc.property(anyDay, (report) => {
            const read = JSON.parse(json(report)) as Record<string, unknown> & { acts: object[] };
            const { servingMs } = report;
            const told = {
                ...report,
                ms: Math.round(report.ms),
                ...(servingMs !== undefined && { servingMs: Math.round(servingMs) }),
                acts: report.acts.map((each) => ({ ...each, ok: each.ok ?? null, ms: Math.round(each.ms) })),
            };
            // What JSON itself does not tell apart: a zero from its negative.
            expect(read).toEqual(JSON.parse(JSON.stringify(told)));
            for (const each of read.acts) {
                expect(Object.keys(each)).toEqual(expect.arrayContaining(["name", "ok", "ms", "figures"]));
            }
        }),
        { numRuns: 100 },
    );
});

test("the three files are written into a folder that need not be there, over those of the last day", () => {
    const inside = path.join(folder, "a", "report");
    writeReport(inside, day({ stack: "older" }));
    const report = day({ stack: "newer" });
    const files = writeReport(inside, report);
    expect(files).toEqual({
        html: path.join(inside, "rehearsal.html"),
        md: path.join(inside, "rehearsal.md"),
        json: path.join(inside, "rehearsal.json"),
    });
    expect(fs.readdirSync(inside).sort()).toEqual(["rehearsal.html", "rehearsal.json", "rehearsal.md"]);
    const read = (file: string) => fs.readFileSync(file, "utf8");
    expect([read(files.html), read(files.md), read(files.json)]).toEqual([
        page(report),
        markdown(report),
        json(report),
    ]);
});

test("a report is removed without what somebody keeps beside it, and none is no trouble", () => {
    writeReport(folder, day());
    fs.writeFileSync(path.join(folder, "notes.md"), "");
    removeReport(folder);
    expect(fs.readdirSync(folder)).toEqual(["notes.md"]);
    removeReport(path.join(folder, "none"));
});
