import { Box, bottomOf, centerOf, permutations, Point, rightOf } from "./geometry";
import { AppModel, ServerModel, StoreModel, SystemModel } from "./model";
import { PlacedApp, PlacedServer, PlacedStore } from "./placed";
import { widthOf, wrap } from "./text";
import { Wire, wiresOf } from "./wires";

/** Sizes of the letters, shared with the drawing. */
export const FONT = { system: 15, name: 14, small: 12, label: 11 } as const;

export interface PlacedSystem {
    readonly system: SystemModel;
    readonly box: Box;
    /** The data network. */
    readonly band: Box;
    readonly apps: readonly PlacedApp[];
    readonly servers: readonly PlacedServer[];
    readonly wires: readonly Wire[];
}

/** Width of every app in a row. */
export interface SystemWidths {
    readonly app: number;
}

const PADDING = 16;
const COLUMN_GAP = 14;
const TITLE_HEIGHT = 40;
const APP_PADDING = 12;
const NAME_HEIGHT = 38;
const LINE_HEIGHT = 17;
const BAND_PADDING = 12;
/** Below the servers: the network's name. */
const BAND_LABEL_HEIGHT = 26;
const SERVER_HEADER_HEIGHT = 34;
const STORE_HEIGHT = 30;
const STORE_GAP = 8;
/** Width of a line of routes that no host is broken for. */
const ROUTE_WIDTH = 132;
/** Above the servers, for lines that turn; the same in every system, so that servers stand in one row. */
const LANES_HEIGHT = 42;

/** The least width in which an app's texts stand whole. */
export function appWidth(app: AppModel): number {
    const routes = app.routes.flatMap((route) => wrap(route, FONT.small, ROUTE_WIDTH));
    const texts = [
        widthOf(app.name, FONT.name, true) + 16 + widthOf(portLabel(app), FONT.small),
        ...routes.map((line) => widthOf(line, FONT.small)),
    ];
    return Math.ceil(Math.max(ROUTE_WIDTH, ...texts)) + 2 * APP_PADDING;
}

/** What stands at an app's right: its port, and how many run where it is not one. */
export function portLabel({ port, replicas }: AppModel): string {
    return [replicas === 1 ? "" : `${replicas} ×`, port === undefined ? "worker" : `:${port}`]
        .join(" ")
        .trim();
}

/** Width of a system's box: its apps or its servers, whichever need more. */
export function systemWidth(system: SystemModel, widths: SystemWidths): number {
    const columns = Math.max(1, system.apps.length);
    const apps = columns * widths.app + (columns - 1) * COLUMN_GAP;
    const servers =
        system.servers.reduce((sum, server) => sum + serverWidth(server), 0) +
        COLUMN_GAP * Math.max(0, system.servers.length - 1);
    // The router's line comes down right of the title.
    const title = widthOf(system.name, FONT.system, true) + 46;
    const network = widthOf(system.dataNetwork, FONT.label) + 2 * BAND_PADDING;
    return Math.max(apps, servers + 2 * BAND_PADDING, title, network) + 2 * PADDING;
}

/** The least width of a server. */
function serverWidth({ title, published, stores }: ServerModel): number {
    const header = widthOf(title, FONT.small, true) + (published ? widthOf(published, FONT.label) + 24 : 0);
    const names = stores.map(({ name }) => widthOf(name, FONT.small) + 20 + STORE_GAP);
    return Math.max(header + 24, stores.length * Math.max(0, ...names) + 16);
}

/** Places one system with its top left corner at a point. */
export function layOutSystem(system: SystemModel, at: Point, widths: SystemWidths): PlacedSystem {
    const width = systemWidth(system, widths);
    const inner = { x: at.x + PADDING, width: width - 2 * PADDING };
    const apps = placeApps(system.apps, { x: inner.x, y: at.y + TITLE_HEIGHT }, inner.width);
    const bandTop = Math.max(at.y + TITLE_HEIGHT, ...apps.map(({ box }) => bottomOf(box))) + 18;
    // The lines from apps to stores turn inside the data network: it is what they run over.
    const serverTop = bandTop + LANES_HEIGHT;
    const servers = placeServers(system.servers, apps, {
        x: inner.x + BAND_PADDING,
        y: serverTop,
        width: inner.width - 2 * BAND_PADDING,
        height: 0,
    });
    const bottom = Math.max(serverTop, ...servers.map(({ box }) => bottomOf(box))) + BAND_LABEL_HEIGHT;
    const placed = { apps, servers, band: { ...inner, y: bandTop, height: bottom - bandTop } };
    return {
        system,
        ...placed,
        box: { ...at, width, height: bottom + PADDING - at.y },
        wires: wiresOf(apps, servers, { from: bandTop + 14, to: serverTop - 12 }),
    };
}

function placeApps(apps: readonly AppModel[], at: Point, width: number): PlacedApp[] {
    const column = (width - COLUMN_GAP * (apps.length - 1)) / Math.max(1, apps.length);
    const lines = apps.map(({ routes }) =>
        routes.length === 0
            ? ["no route"]
            : routes.flatMap((route) => wrap(route, FONT.small, column - 2 * APP_PADDING)),
    );
    const height = NAME_HEIGHT + LINE_HEIGHT * Math.max(1, ...lines.map((each) => each.length)) + 8;
    return apps.map((app, index) => {
        const box = { x: at.x + index * (column + COLUMN_GAP), y: at.y, width: column, height };
        // Right of the middle: the system's name stands above the left.
        return { app, box, lines: lines[index] ?? [], arrival: { x: rightOf(box) - 30, y: box.y } };
    });
}

/** Servers share the width by how many stores they have, in the order that keeps lines short. */
function placeServers(
    servers: readonly ServerModel[],
    apps: readonly PlacedApp[],
    area: Box,
): PlacedServer[] {
    const centers = new Map<string, number[]>();
    for (const { app, box } of apps) {
        for (const id of app.uses) {
            centers.set(id, [...(centers.get(id) ?? []), centerOf(box)]);
        }
    }
    const meanOf = ({ id }: StoreModel) => mean(centers.get(id) ?? [centerOf(area)]);
    const arranged = servers.map((server) => ({
        ...server,
        stores: [...server.stores].sort((a, b) => meanOf(a) - meanOf(b) || (a.name < b.name ? -1 : 1)),
    }));
    const detour = (placed: readonly PlacedServer[]) =>
        placed
            .flatMap(({ stores }) => stores)
            .reduce((sum, { store, box }) => sum + Math.abs(centerOf(box) - meanOf(store)), 0);
    const [first, ...others] = permutations(arranged).map((order) => inOrder(order, area));
    return others.reduce((best, each) => (detour(each) < detour(best) - 1 ? each : best), first ?? []);
}

function inOrder(servers: readonly ServerModel[], area: Box): PlacedServer[] {
    const slotsOf = ({ stores }: ServerModel) => Math.max(1, stores.length);
    const slots = servers.reduce((sum, server) => sum + slotsOf(server), 0);
    const least = servers.map(serverWidth);
    const free = area.width - COLUMN_GAP * (servers.length - 1) - least.reduce((sum, each) => sum + each, 0);
    const shared = (area.width - COLUMN_GAP * (servers.length - 1)) / Math.max(1, slots);
    // By stores where that leaves every server its least width, else the least and an equal part of what is left.
    const byStores = servers.every((server, index) => shared * slotsOf(server) >= (least[index] ?? 0));
    let x = area.x;
    return servers.map((server, index) => {
        const width = byStores ? shared * slotsOf(server) : (least[index] ?? 0) + free / servers.length;
        const box = { x, y: area.y, width, height: SERVER_HEADER_HEIGHT + STORE_HEIGHT + 8 };
        x += width + COLUMN_GAP;
        return { server, box, stores: placeStores(server.stores, box) };
    });
}

function placeStores(stores: readonly StoreModel[], server: Box): PlacedStore[] {
    const area = { x: server.x + 8, width: server.width - 16 };
    const width = (area.width - STORE_GAP * (stores.length - 1)) / Math.max(1, stores.length);
    return stores.map((store, index) => ({
        store,
        box: {
            x: area.x + index * (width + STORE_GAP),
            // On top: the lines end here, and must not cross the server's name.
            y: server.y + 8,
            width,
            height: STORE_HEIGHT,
        },
    }));
}

function mean(values: readonly number[]): number {
    return values.reduce((sum, each) => sum + each, 0) / values.length;
}
