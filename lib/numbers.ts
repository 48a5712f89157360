import { Problem } from "./problems";

interface Range {
    readonly min: number;
    readonly max?: number;
    /** Whether fractions are allowed. @default false */
    readonly fraction?: boolean;
}

/** Checks a number that may be absent. */
export function checkNumber(path: string, value: number | undefined, range: Range): Problem[] {
    if (value === undefined || isWithin(value, range)) {
        return [];
    }
    const kind = range.fraction ? "a number" : "a whole number";
    const limits = range.max === undefined ? `of at least ${range.min}` : `from ${range.min} to ${range.max}`;
    return [{ path, message: `${value} is not allowed: ${kind} ${limits}` }];
}

/** Checks a TCP port that may be absent. */
export function checkPort(path: string, value: number | undefined): Problem[] {
    return checkNumber(path, value, { min: 1, max: 65535 });
}

function isWithin(value: number, { min, max, fraction }: Range): boolean {
    return (
        (fraction ? Number.isFinite(value) : Number.isInteger(value)) &&
        value >= min &&
        (max === undefined || value <= max)
    );
}
