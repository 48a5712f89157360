import { Box, bottomOf, Point, rightOf } from "./geometry";
import { StackModel, SystemModel } from "./model";
import { appWidth, layOutSystem, PlacedSystem, systemWidth, SystemWidths } from "./systemLayout";
import { widthOf } from "./text";

/** Where everything stands. */
export interface Layout {
    readonly width: number;
    readonly height: number;
    readonly router: Box;
    readonly model: StackModel;
    readonly systems: readonly PlacedSystem[];
    /** The edge network: down from the router, then along each row of systems. */
    readonly trunk: readonly Point[];
    readonly rails: readonly { readonly from: Point; readonly to: Point }[];
    /** From a rail to an app's top. */
    readonly arrivals: readonly { readonly from: Point; readonly to: Point }[];
}

/** Apps that stand beside one another in a row at the most, unless one system has more. */
const COLUMNS = 5;
const MARGIN = 24;
/** Room for the trunk, left of the systems. */
const GUTTER = 26;
const GAP = 16;
const ROUTER_HEIGHT = 58;
/** From the router to the first rail, and from a row to the next rail. */
const ABOVE_RAIL = 28;
const BELOW_RAIL = 26;
/** How much wider than needed a row may become to be as wide as the others. */
const MOST_STRETCH = 1.4;

/** Lays a stack out. Pure: the same model always stands at the same places. */
export function layOut(model: StackModel): Layout {
    const rows = rowsOf(model.systems);
    const minimum = Math.max(...model.systems.flatMap(({ apps }) => apps.map(appWidth)));
    const left = MARGIN + GUTTER;
    const inner = Math.max(...rows.map((row) => rowWidth(row, { app: minimum })));
    const router = { x: MARGIN, y: MARGIN, width: routerWidth(model), height: ROUTER_HEIGHT };
    const trunkX = MARGIN + GUTTER / 2 - 4;

    let y = bottomOf(router) + ABOVE_RAIL;
    const systems: PlacedSystem[] = [];
    const rails: { from: Point; to: Point }[] = [];
    const arrivals: { from: Point; to: Point }[] = [];
    for (const row of rows) {
        const widths = { app: stretched(row, minimum, inner) };
        const placed = placeRow(row, { x: left, y: y + BELOW_RAIL }, widths);
        const tops = placed.flatMap(({ apps }) => apps.filter(({ app }) => app.routes.length > 0));
        const arrows = tops.map(({ arrival }) => ({ from: { x: arrival.x, y }, to: arrival }));
        rails.push({
            from: { x: trunkX, y },
            to: { x: Math.max(trunkX, ...arrows.map(({ to }) => to.x)), y },
        });
        arrivals.push(...arrows);
        systems.push(...placed);
        y = Math.max(...placed.map(({ box }) => bottomOf(box))) + ABOVE_RAIL;
    }
    const lastRail = rails.at(-1)?.from.y ?? bottomOf(router);
    return {
        width: left + inner + MARGIN,
        height: y - ABOVE_RAIL + MARGIN,
        router,
        model,
        systems,
        trunk: [
            { x: trunkX, y: bottomOf(router) },
            { x: trunkX, y: lastRail },
        ],
        rails,
        arrivals,
    };
}

/** Fills rows with the widest systems first; names decide between equals. */
function rowsOf(systems: readonly SystemModel[]): SystemModel[][] {
    const columns = ({ apps }: SystemModel) => Math.max(1, apps.length);
    const ordered = [...systems].sort((a, b) => columns(b) - columns(a) || (a.name < b.name ? -1 : 1));
    const rows: SystemModel[][] = [];
    for (const system of ordered) {
        const used = (row: SystemModel[]) => row.reduce((sum, each) => sum + columns(each), 0);
        const row = rows.find((each) => used(each) + columns(system) <= COLUMNS);
        if (row === undefined) {
            rows.push([system]);
        } else {
            row.push(system);
        }
    }
    return rows;
}

function rowWidth(row: readonly SystemModel[], widths: SystemWidths): number {
    return row.reduce((sum, system) => sum + systemWidth(system, widths), 0) + GAP * (row.length - 1);
}

/** The width of an app with which a row ends where the widest one does, unless that would pull it apart. */
function stretched(row: readonly SystemModel[], minimum: number, wanted: number): number {
    let [least, most] = [minimum, minimum * MOST_STRETCH];
    if (rowWidth(row, { app: most }) < wanted) {
        return minimum;
    }
    // A box whose databases need the room grows later than the others: halving finds the width all the same.
    for (let step = 0; step < 30; step++) {
        const middle = (least + most) / 2;
        [least, most] = rowWidth(row, { app: middle }) > wanted ? [least, middle] : [middle, most];
    }
    return least;
}

function placeRow(row: readonly SystemModel[], { x, y }: Point, widths: SystemWidths): PlacedSystem[] {
    const placed: PlacedSystem[] = [];
    for (const system of row) {
        const last = placed.at(-1);
        placed.push(layOutSystem(system, { x: last ? rightOf(last.box) + GAP : x, y }, widths));
    }
    // Boxes of one row end at one line.
    const bottom = Math.max(...placed.map(({ box }) => bottomOf(box)));
    return placed.map((each) => ({
        ...each,
        box: { ...each.box, height: bottom - each.box.y },
        band: { ...each.band, height: each.band.height + bottom - bottomOf(each.box) },
    }));
}

function routerWidth({ router }: StackModel): number {
    return 32 + Math.max(widthOf(`Router ${router.image}`, 15, true), widthOf(router.address, 12) + 20);
}
