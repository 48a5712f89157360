import { WireDuration } from "./wire";

const UNITS: Readonly<Record<string, number>> = {
    ns: 1e-6,
    us: 1e-3,
    µs: 1e-3,
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
};

/** Go's duration in milliseconds: `1m30s`, or a number of nanoseconds. Undefined when it is none. */
export function milliseconds(duration: WireDuration): number | undefined {
    if (typeof duration === "number") {
        return duration / 1e6;
    }
    if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(duration)) {
        // Go knows one number without a unit.
        return duration === "0" ? 0 : undefined;
    }
    const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
}
