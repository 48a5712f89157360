import { RATES } from "../../providers/fly/client/limits";
import { renderTable } from "../table";

/** What came out. */
export interface FlyResult {
    /** Machines of the larger release. */
    readonly machines: number;
    readonly oneMs: number;
    readonly tenMs: number;
    /** What the published limit makes the larger release wait. */
    readonly rateLimitMs: number;
    /** From the first to the last request for a new machine, measured. */
    readonly createSpanMs: number;
    readonly noopRequests: number;
    readonly refreshRequests: number;
    /** Actions of the refresh. */
    readonly refreshed: readonly string[];
}

/** How long the last of so many requests of one action has to wait: all machines of an app are made by one. */
export function rateLimitMs(requests: number): number {
    const { burst, perSecond } = RATES.usual;
    return (Math.max(0, requests - burst) / perSecond) * 1000;
}

/** The content of the JSON file. */
export function flyFigures(result: FlyResult): Record<string, number> {
    const { noopRequests, refreshRequests, oneMs, tenMs, rateLimitMs: limit } = result;
    return {
        noopRequests,
        refreshRequests,
        oneMs: Math.round(oneMs),
        tenMs: Math.round(tenMs),
        rateLimitMs: limit,
    };
}

/** The table that the bench ends with. */
export function flyTable(result: FlyResult): string {
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const { machines, oneMs, tenMs, rateLimitMs: limit, createSpanMs } = result;
    return [
        renderTable(
            ["a release of", "takes", "waits for the rate limit", "without them"],
            [
                ["1 machine", seconds(oneMs), seconds(0), seconds(oneMs)],
                [`${machines} machines`, seconds(tenMs), seconds(limit), seconds(tenMs - limit)],
            ],
        ),
        "",
        `from the first new machine to the last: ${seconds(createSpanMs)}, of which the limit asks ${seconds(limit)}`,
        `requests of an update of ${machines} machines that changes nothing: ${result.noopRequests}`,
        `with --refresh: ${result.refreshRequests} (${result.refreshed.join(", ")})`,
    ].join("\n");
}
