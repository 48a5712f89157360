import fs from "node:fs";
import path from "node:path";
import { DayReport } from "./day";
import { json } from "./json";
import { markdown } from "./markdown";
import { page } from "./page/page";

const FORMS = { html: page, md: markdown, json } as const;

/** The files of a report. */
export type ReportFiles = Readonly<Record<keyof typeof FORMS, string>>;

/** Writes `rehearsal.html`, `rehearsal.md` and `rehearsal.json` into a folder, each whole or not at all. */
export function writeReport(folder: string, day: DayReport): ReportFiles {
    fs.mkdirSync(folder, { recursive: true });
    const write = (form: keyof typeof FORMS) => {
        const file = fileOf(folder, form);
        const temporary = `${file}.${process.pid}.tmp`;
        fs.writeFileSync(temporary, FORMS[form](day));
        fs.renameSync(temporary, file);
        return file;
    };
    return { html: write("html"), md: write("md"), json: write("json") };
}

/** Removes what `writeReport` has written there, and nothing else. */
export function removeReport(folder: string): void {
    for (const form of Object.keys(FORMS)) {
        fs.rmSync(fileOf(folder, form), { force: true });
    }
}

function fileOf(folder: string, form: string): string {
    return path.join(folder, `rehearsal.${form}`);
}
