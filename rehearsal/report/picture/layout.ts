import { Box, bottomOf, Point, rightOf } from "../../../tools/picture/geometry";
import { SystemReport } from "../day";
import { Card, cardOf } from "./card";

/** A system's card, and the line that leads to it. */
export interface PlacedCard {
    readonly card: Card;
    readonly box: Box;
    readonly line: readonly Point[];
}

/** A server or Fly: what takes requests in, and the systems behind it. */
export interface Host {
    readonly box: Box;
    readonly entry: Box;
    readonly cards: readonly PlacedCard[];
    /** The server's data disk, where something lies on it. */
    readonly disk: Box | undefined;
}

/** Where everything stands. */
export interface Layout {
    readonly width: number;
    readonly height: number;
    readonly browser: Box;
    /** Where a host of the stack's own needs a name. */
    readonly cloudflare: Box | undefined;
    readonly server: Host | undefined;
    readonly fly: Host | undefined;
    /** From the browser or Cloudflare to what takes requests in. */
    readonly ways: readonly { readonly label: string; readonly line: readonly Point[] }[];
}

/** The least width of a card. */
const CARD_WIDTH = 210;
/** Beside each column of cards, for the lines that lead to them. */
const GUTTER = 22;
const GAP = 14;
const PADDING = 14;
const ENTRY_HEIGHT = 40;
const DISK_HEIGHT = 30;
/** Below all: the host's name. */
const LABEL_HEIGHT = 36;
const TOP_WIDTH = 220;
const TOP_HEIGHT = 46;
/** For the ways from the top row to the hosts. */
const WAYS_HEIGHT = 44;
/** Above this width Fly stands beside the server, else below it. */
const BESIDE = 760;
/** Part of the width that Fly has beside the server. */
const FLY_SHARE = 0.27;
/** From where on more than a word stands over the way to Cloudflare. */
const WIDE_LABEL = 120;
/** Right of the server, for the way down to a Fly that stands below it. */
const PASSAGE = 22;

/** Lays a stack out within a width, in pixels. Pure: the same stack always stands at the same places. */
export function layOut(systems: readonly SystemReport[], width: number): Layout {
    const onServer = systems.filter(({ platform }) => platform === "docker");
    const onFly = systems.filter(({ platform }) => platform === "fly");
    const both = onServer.length > 0 && onFly.length > 0;
    const beside = both && width >= BESIDE;
    const flyWidth = beside ? Math.round(width * FLY_SHARE) : width;
    const serverWidth = beside ? width - flyWidth - GAP : both ? width - PASSAGE : width;
    const y = 1 + TOP_HEIGHT + WAYS_HEIGHT;

    const alone = onServer.length === 0 ? undefined : placeHost(onServer, { x: 1, y }, serverWidth - 2, true);
    const below = alone === undefined || beside ? y : bottomOf(alone.box) + GAP;
    const flyAt = { x: beside ? width - flyWidth + 1 : 1, y: below };
    const flyAlone = onFly.length === 0 ? undefined : placeHost(onFly, flyAt, flyWidth - 2, false);
    const bottom = Math.max(...[alone, flyAlone].map((host) => (host ? bottomOf(host.box) : 0)));
    // Side by side they end at one line.
    const [server, fly] = [alone, flyAlone].map((host) => host && (beside ? endAt(host, bottom) : host));

    const { browser, cloudflare } = placeTop(server, beside ? serverWidth : width);
    return {
        width,
        height:
            Math.max(
                bottomOf(browser),
                ...[server, fly].flatMap((host) => (host ? [bottomOf(host.box)] : [])),
            ) + 1,
        browser,
        cloudflare,
        server,
        fly,
        ways: waysOf({ systems: onServer, browser, cloudflare, server, fly, beside, width }),
    };
}

function placeTop(server: Host | undefined, width: number): Pick<Layout, "browser" | "cloudflare"> {
    const box = { y: 1, width: Math.min(TOP_WIDTH, Math.round(width * 0.38)), height: TOP_HEIGHT };
    if (server === undefined) {
        return { browser: { ...box, x: (width - box.width) / 2 }, cloudflare: undefined };
    }
    // The browser at the right: from there a way leads to each side, and none crosses another.
    return {
        cloudflare: { ...box, x: server.box.x },
        browser: { ...box, x: rightOf(server.box) - box.width },
    };
}

function placeHost(systems: readonly SystemReport[], at: Point, width: number, ownDisk: boolean): Host {
    const inner = { x: at.x + PADDING, width: width - 2 * PADDING };
    const entry = { ...inner, y: at.y + PADDING, height: ENTRY_HEIGHT };
    const columns = Math.max(1, Math.min(systems.length, Math.floor(inner.width / (CARD_WIDTH + GUTTER))));
    const column = inner.width / columns;
    const cards = placeCards(systems, { x: inner.x, y: bottomOf(entry) + GAP }, columns, column);
    const below = Math.max(bottomOf(entry), ...cards.map(({ box }) => bottomOf(box))) + GAP;
    const hasData = ownDisk && systems.some(({ data }) => data.length > 0);
    const disk = hasData ? { ...inner, y: below, height: DISK_HEIGHT } : undefined;
    const bottom = (disk ? bottomOf(disk) : below - GAP) + LABEL_HEIGHT;
    return { box: { ...at, width, height: bottom - at.y }, entry, cards, disk };
}

function endAt(host: Host, bottom: number): Host {
    const down = bottom - bottomOf(host.box);
    return {
        ...host,
        box: { ...host.box, height: host.box.height + down },
        disk: host.disk && { ...host.disk, y: host.disk.y + down },
    };
}

/** The highest cards first, each into the column that is the lowest. */
function placeCards(
    systems: readonly SystemReport[],
    at: Point,
    columns: number,
    width: number,
): PlacedCard[] {
    const cards = systems
        .map((system) => cardOf(system, width - GUTTER))
        .sort((a, b) => b.height - a.height || (a.name < b.name ? -1 : 1));
    const bottoms = Array.from({ length: columns }, () => at.y);
    return cards.map((card) => {
        const y = Math.min(...bottoms);
        const column = bottoms.indexOf(y);
        bottoms[column] = y + card.height + GAP;
        const x = at.x + column * width;
        const box = { x: x + GUTTER, y, width: card.width, height: card.height };
        const down = { x: x + GUTTER / 2 - 3, y: at.y - GAP };
        const turn = { x: down.x, y: y + 17 };
        return { card, box, line: [down, turn, { x: box.x, y: turn.y }] };
    });
}

function waysOf(
    parts: Omit<Layout, "height" | "ways"> & {
        readonly systems: readonly SystemReport[];
        readonly beside: boolean;
    },
): Layout["ways"] {
    const { systems, browser, cloudflare, server, fly, beside, width } = parts;
    const middle = browser.y + browser.height / 2;
    const exposed = (way: SystemReport["exposure"]) => systems.some(({ exposure }) => exposure === way);
    const down = (from: Box, to: Box, x: number) => [
        { x, y: bottomOf(from) },
        { x, y: to.y },
    ];
    const ways: { label: string; line: Point[] }[] = [];
    if (server !== undefined && cloudflare !== undefined) {
        const names = [
            { x: browser.x, y: middle },
            { x: rightOf(cloudflare), y: middle },
        ];
        // A host behind the tunnel is Cloudflare's to answer for.
        const wide = browser.x - rightOf(cloudflare) > WIDE_LABEL;
        ways.push({ label: exposed("tunnel") && wide ? "DNS, HTTPS" : "DNS", line: names });
        if (exposed("tunnel")) {
            const x = cloudflare.x + cloudflare.width / 2;
            ways.push({ label: "tunnel", line: down(cloudflare, server.entry, x) });
        }
        if (exposed("public")) {
            ways.push({ label: "HTTPS", line: down(browser, server.entry, browser.x + browser.width / 2) });
        }
    }
    if (fly !== undefined) {
        ways.push({ label: "HTTPS", line: wayToFly({ browser, server, fly, beside, width }) });
    }
    return ways;
}

function wayToFly(
    parts: Pick<Layout, "browser" | "server" | "width"> & { readonly fly: Host; readonly beside: boolean },
): Point[] {
    const { browser, server, fly, beside, width } = parts;
    const start = { x: rightOf(browser), y: browser.y + browser.height / 2 };
    const top = fly.entry.y;
    if (server === undefined) {
        const x = browser.x + browser.width / 2;
        return [
            { x, y: bottomOf(browser) },
            { x, y: top },
        ];
    }
    if (beside) {
        const x = fly.entry.x + fly.entry.width / 2;
        return [start, { x, y: start.y }, { x, y: top }];
    }
    // Through the passage at the server's right.
    const x = width - PASSAGE / 2 + 2;
    const above = fly.box.y - GAP / 2;
    const end = rightOf(fly.entry) - 2 * PADDING;
    return [start, { x, y: start.y }, { x, y: above }, { x: end, y: above }, { x: end, y: top }];
}
