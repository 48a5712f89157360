import { Box, bottomOf, centerOf, Point, rightOf } from "./geometry";
import { ServerModel } from "./model";
import { PlacedApp, PlacedServer } from "./placed";

/** The lines from apps to one store, all of which end at the same point. */
export interface Wire {
    readonly kind: ServerModel["kind"];
    readonly lines: readonly (readonly Point[])[];
}

interface Target {
    readonly id: string;
    readonly kind: ServerModel["kind"];
    readonly box: Box;
}

interface Port extends Point {
    readonly target: string;
}

/** Between two lines that leave one app. */
const PORT_GAP = 16;
/** Nearest that two upright lines may come to one another. */
const CLEARANCE = 8;
/** Nearest that a line may come to a box's corner. */
const INSET = 12;

/**
 * Draws lines along the axes: down from the app, along a lane of the store's own, down to the store. Lanes don't touch,
 * and no two upright parts share a place, so that every line can be followed.
 */
export function wiresOf(
    apps: readonly PlacedApp[],
    servers: readonly PlacedServer[],
    lanes: { readonly from: number; readonly to: number },
): Wire[] {
    const targets = servers.flatMap(targetsOf);
    const ports = apps.flatMap((app) => portsOf(app, targets));
    const anchors = new Map(targets.map((target) => [target.id, anchorOf(target, ports)]));
    const bent = targets.filter(({ id }) =>
        ports.some((port) => port.target === id && Math.abs(port.x - (anchors.get(id) ?? 0)) > 0.5),
    );
    const step = bent.length > 1 ? (lanes.to - lanes.from) / (bent.length - 1) : 0;
    const lane = (id: string) => {
        const index = bent.findIndex((each) => each.id === id);
        return bent.length === 1 ? (lanes.from + lanes.to) / 2 : lanes.from + index * step;
    };
    return targets.flatMap((target) => {
        const x = anchors.get(target.id) ?? centerOf(target.box);
        const y = lane(target.id);
        const end = { x, y: target.box.y };
        const lines = ports
            .filter((port) => port.target === target.id)
            .map((port) =>
                Math.abs(port.x - x) <= 0.5 ? [port, end] : [port, { x: port.x, y }, { x, y }, end],
            );
        return lines.length === 0 ? [] : [{ kind: target.kind, lines }];
    });
}

function targetsOf({ server, stores }: PlacedServer): Target[] {
    return stores.map(({ store, box }) => ({ id: store.id, kind: server.kind, box }));
}

/** Where an app's lines leave it: side by side, in the order of where they go. */
function portsOf({ app, box }: PlacedApp, targets: readonly Target[]): Port[] {
    const used = targets
        .filter(({ id }) => app.uses.includes(id))
        .sort((a, b) => centerOf(a.box) - centerOf(b.box));
    return used.map(({ id }, index) => ({
        x: centerOf(box) + (index - (used.length - 1) / 2) * PORT_GAP,
        y: bottomOf(box),
        target: id,
    }));
}

/**
 * Where lines reach a store: right below an app that uses it, so that its line is straight, else in the middle, clear of
 * others' lines.
 */
function anchorOf({ id, box }: Target, ports: readonly Port[]): number {
    const middle = centerOf(box);
    const clamp = (x: number) => Math.min(Math.max(x, box.x + INSET), rightOf(box) - INSET);
    const above = ports
        .filter(({ target, x }) => target === id && clamp(x) === x)
        .map(({ x }) => x)
        .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    const others = ports.filter(({ target }) => target !== id);
    const isFree = (x: number) => others.every((port) => Math.abs(port.x - x) >= CLEARANCE);
    const tries = [0, 1, -1, 2, -2, 3, -3].map((step) => clamp(middle + step * CLEARANCE));
    return [...above, ...tries].find(isFree) ?? middle;
}
