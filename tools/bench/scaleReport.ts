import { renderTable } from "../table";
import { ScaleResult, ScaleRow } from "./scale";

/** How much more a resource may cost in a large stack than in one of `FROM_APPS` apps. */
const GROWTH_BOUND = 1.3;
const FROM_APPS = 50;
/** How much more a preview with components may take than one of the same resources bare. */
const COMPONENTS_BOUND = 1.25;

/** The content of the JSON file. */
export function scaleFigures({ emptyMs, rows }: ScaleResult): ScaleResult {
    return {
        emptyMs: Math.round(emptyMs),
        rows: rows.map(({ apps, resources, previewMs, bareMs }) => ({
            apps,
            resources,
            previewMs: Math.round(previewMs),
            bareMs: Math.round(bareMs),
        })),
    };
}

/** Milliseconds that one resource adds to what an empty program costs. */
function perResource(previewMs: number, emptyMs: number, { resources }: ScaleRow): number {
    return (previewMs - emptyMs) / resources;
}

/** The table that the bench ends with, and below it what became of the bounds. */
export function scaleTable(result: ScaleResult): string {
    const { emptyMs, rows } = result;
    const cells = rows.map((row, index) => {
        const before = rows[index - 1];
        return [
            row.apps.toString(),
            row.resources.toString(),
            `${Math.round(row.previewMs)} ms`,
            `${Math.round(row.bareMs)} ms`,
            (row.previewMs / row.bareMs).toFixed(2),
            `${perResource(row.previewMs, emptyMs, row).toFixed(2)} ms`,
            `${perResource(row.bareMs, emptyMs, row).toFixed(2)} ms`,
            before === undefined ? "" : `${furtherResource(before, row).toFixed(2)} ms`,
        ];
    });
    const headings = [
        "apps",
        "resources",
        "preview",
        "bare",
        "preview / bare",
        "a resource",
        "a resource, bare",
        "a further one",
    ];
    return [
        renderTable(headings, cells),
        "",
        `empty program: ${Math.round(emptyMs)} ms; "a resource": (preview − empty) / resources; "a further one": from the row above`,
        ...scaleVerdicts(result),
    ].join("\n");
}

/** What a resource costs beyond those of the smaller stack: no fixed costs are spread over these. */
function furtherResource(smaller: ScaleRow, larger: ScaleRow): number {
    return (larger.previewMs - smaller.previewMs) / (larger.resources - smaller.resources);
}

/** One line for each bound that the rows say something about. */
export function scaleVerdicts({ emptyMs, rows }: ScaleResult): string[] {
    return [...growthVerdict(emptyMs, rows), ...rows.map(componentsVerdict)];
}

function growthVerdict(emptyMs: number, rows: readonly ScaleRow[]): string[] {
    const first = rows.find(({ apps }) => apps === FROM_APPS);
    const larger = rows.filter(({ apps }) => apps > FROM_APPS);
    if (first === undefined) {
        return [];
    }
    const base = perResource(first.previewMs, emptyMs, first);
    return larger.map((row) =>
        verdict(
            `a resource at ${row.apps} apps costs what one at ${FROM_APPS} does`,
            perResource(row.previewMs, emptyMs, row) / base,
            GROWTH_BOUND,
        ),
    );
}

function componentsVerdict({ apps, previewMs, bareMs }: ScaleRow): string {
    return verdict(
        `components at ${apps} apps cost what bare resources do`,
        previewMs / bareMs,
        COMPONENTS_BOUND,
    );
}

function verdict(what: string, factor: number, bound: number): string {
    const held = factor <= bound;
    return `${held ? "✓" : "✗ BOUND BROKEN:"} ${what} × ${factor.toFixed(2)} (at most ${bound})`;
}
