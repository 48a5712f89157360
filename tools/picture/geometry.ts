/** A rectangle; all lengths are in the picture's own pixels. */
export interface Box {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
}

export interface Point {
    readonly x: number;
    readonly y: number;
}

export function bottomOf({ y, height }: Box): number {
    return y + height;
}

export function rightOf({ x, width }: Box): number {
    return x + width;
}

export function centerOf({ x, width }: Box): number {
    return x + width / 2;
}

/** Every order of some things; for a handful of them. */
export function permutations<T>(items: readonly T[]): T[][] {
    if (items.length <= 1) {
        return [[...items]];
    }
    return items.flatMap((item, index) =>
        permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
    );
}

/** A line through points that run along the axes, its corners rounded. */
export function roundedPath(points: readonly Point[], radius: number): string {
    const corners = points.filter((point, index) => index === 0 || !same(point, points[index - 1]));
    return corners
        .map((point, index) => {
            const before = corners[index - 1];
            const after = corners[index + 1];
            if (before === undefined) {
                return `M${n(point.x)} ${n(point.y)}`;
            }
            if (after === undefined) {
                return `L${n(point.x)} ${n(point.y)}`;
            }
            const r = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
            const from = toward(point, before, r);
            const to = toward(point, after, r);
            return `L${n(from.x)} ${n(from.y)}Q${n(point.x)} ${n(point.y)} ${n(to.x)} ${n(to.y)}`;
        })
        .join("");
}

/** A number as it is written: at most one decimal, the same on every machine. */
export function n(value: number): string {
    return String(Math.round(value * 10) / 10);
}

function same(a: Point, b: Point | undefined): boolean {
    return b !== undefined && distance(a, b) < 0.05;
}

function distance(a: Point, b: Point): number {
    return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function toward(from: Point, to: Point, length: number): Point {
    const whole = distance(from, to);
    const part = whole === 0 ? 0 : length / whole;
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
