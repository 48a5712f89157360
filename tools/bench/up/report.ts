import { renderTable } from "../../table";
import { Spread } from "../rounds";

/** What came out for one way. */
export interface UpTimes {
    readonly fromNothing: Spread;
    readonly noop: Spread;
}

export interface UpResult {
    /** Containers that both ways bring up. */
    readonly containers: number;
    readonly rounds: number;
    readonly berth: UpTimes;
    readonly compose: UpTimes;
}

/** The table that the bench ends with. */
export function upTable({ containers, rounds, berth, compose }: UpResult): string {
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const cell = ({ median, min, max }: Spread) => `${seconds(median)} (${seconds(min)}–${seconds(max)})`;
    const row = (name: string, { fromNothing, noop }: UpTimes) => [name, cell(fromNothing), cell(noop)];
    return [
        renderTable(
            ["way", "from nothing to all ready", "once more, nothing to do"],
            [row("berth", berth), row("compose", compose)],
        ),
        "",
        `${containers} containers; images are there. Medians of ${rounds} rounds, extremes in brackets.`,
        "`up --wait` waits for Docker's own health checks, of which the first comes after a whole interval; ours asks each",
        "container itself. compose gets its files and secrets ready made, and runs no release commands.",
    ].join("\n");
}

/** The content of the JSON file. */
export function upFigures({ berth, compose }: UpResult): object {
    const figures = ({ fromNothing, noop }: UpTimes) => ({
        fromNothingMs: Math.round(fromNothing.median),
        noopMs: Math.round(noop.median),
    });
    return { arms: { berth: figures(berth), compose: figures(compose) } };
}
