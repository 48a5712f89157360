import { renderTable } from "../table";
import { Measured, PreviewResult } from "./preview";

/** The content of the JSON file. */
export function previewFigures({ leaves, stack, bare, empty }: PreviewResult): Record<string, number> {
    return {
        resources: leaves,
        emptyMs: Math.round(empty.median),
        bareMs: Math.round(bare.median),
        stackMs: Math.round(stack.median),
        ratio: Math.round((stack.median / bare.median) * 1000) / 1000,
    };
}

/** The table that the bench ends with. */
export function previewTable(result: PreviewResult): string {
    const row = (name: string, { unchanged, median, min, max }: Measured) => [
        name,
        String(unchanged),
        `${Math.round(median)} ms`,
        `${Math.round(min)}–${Math.round(max)} ms`,
    ];
    return [
        renderTable(
            ["preview", "resources", "median", "min–max"],
            [row("stack", result.stack), row("bare", result.bare), row("empty", result.empty)],
        ),
        "",
        `stack / bare: ${previewFigures(result).ratio}, with ${result.leaves} leaf resources in both`,
        `(median of the rounds' own ratios: ${result.roundRatio.toFixed(3)})`,
    ].join("\n");
}
