import { AppHealth } from "./health";

const mark = { true: "✓", false: "✗", undefined: "–" };

/** The table that `up` ends with: a row for each app, its URLs below one another. */
export function healthTable(apps: AppHealth[]): string {
    const rows = apps.flatMap(({ system, app, urls, healthy, detail }, index) => {
        const first = index === 0 || apps[index - 1]?.system !== system;
        const note = healthy === false ? `  (${detail})` : "";
        const [url = "no route", ...more] = urls;
        return [
            [first ? system : "", app, mark[`${healthy}`], url + note],
            ...more.map((other) => ["", "", "", other]),
        ];
    });
    return renderTable(["system", "app", "healthy", "URL"], rows);
}

/** Columns of equal width, headings underlined. */
export function renderTable(headings: string[], rows: string[][]): string {
    const widths = headings.map((heading, column) =>
        Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
    );
    const line = (cells: string[]) =>
        cells
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd();
    return [line(headings), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)].join("\n");
}
