import { Box, bottomOf, n, Point, rightOf } from "../../../tools/picture/geometry";
import { escape, group, path, rectangle, text } from "../../../tools/picture/svg";
import { FONT } from "../../../tools/picture/systemLayout";
import { widthOf } from "../../../tools/picture/text";
import { ActReport, SystemReport } from "../day";
import { drawCard } from "./drawCard";
import { Host, layOut, Layout } from "./layout";
import { Badge, badgesAt, Place } from "./places";

/**
 * Draws the stack as an SVG that stands in a page: from a browser to the data, with the numbers of the acts at what they
 * are about. Pure. The page has the style sheet and the arrows' ends.
 */
export function drawStack(
    systems: readonly SystemReport[],
    acts: readonly Pick<ActReport, "name" | "ok">[],
    width: number,
): string {
    const layout = layOut(systems, width);
    const { browser, cloudflare, server, fly, ways, height } = layout;
    const at = (place: Place) => badgesAt(place, acts);
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" role="img" aria-label="${escape(summaryOf(systems))}">`,
        ...(server ? [drawHost(server, "Server", at("server"))] : []),
        ...(fly ? [drawHost(fly, "Fly", [])] : []),
        ...ways.map(drawWay),
        drawNode("node", browser, "Browser", at("browser")),
        ...(cloudflare ? [drawNode("node", cloudflare, "Cloudflare", at("cloudflare"))] : []),
        ...(server ? [drawNode("router", server.entry, "Traefik", at("router"))] : []),
        ...(server?.disk ? [drawNode("postgres", server.disk, "Data disk", at("disk"))] : []),
        ...(fly ? [drawNode("router", fly.entry, "Fly’s proxy", [])] : []),
        "</svg>",
    ].join("\n");
}

function summaryOf(systems: readonly SystemReport[]): string {
    const apps = systems.flatMap((system) => system.apps).length;
    const onFly = systems.filter(({ platform }) => platform === "fly").length;
    const where = onFly === 0 ? "on a server" : `${systems.length - onFly} on a server, ${onFly} on Fly`;
    return `The stack: ${systems.length} systems, ${where}; ${apps} apps`;
}

function drawHost({ box, cards }: Host, name: string, badges: readonly Badge[]): string {
    const y = bottomOf(box) - 13;
    const after = box.x + 16 + widthOf(name, FONT.name, true) + 10;
    return group([
        rectangle("host", box, 12),
        text("title bold", { x: box.x + 16, y }, name, FONT.name),
        ...drawBadges(badges, { x: after, y: y - 5 }, 1),
        // Lines of one column share their way: one path.
        ...columnsOf(cards).map((lines) => path("route", lines)),
        ...cards.map(({ line }) => path("route", [line.slice(-2)], "Route")),
        ...cards.map(({ card, box: own }) => drawCard(card, own)),
    ]);
}

/** The line to the lowest card of each column: the others branch off it. */
function columnsOf(cards: Host["cards"]): (readonly Point[])[][] {
    const columns = new Map<number, (readonly Point[])[]>();
    for (const { line } of cards) {
        const x = line[0]?.x ?? 0;
        columns.set(x, [...(columns.get(x) ?? []), line]);
    }
    return [...columns.values()];
}

function drawWay({ label, line }: Layout["ways"][number]): string {
    const [first, second] = line;
    if (first === undefined || second === undefined) {
        return "";
    }
    const level = first.y === second.y;
    const at = level
        ? { x: (first.x + second.x) / 2, y: first.y - 7 }
        : { x: first.x + 8, y: (first.y + second.y) / 2 + 4 };
    const words =
        level && line.length > 2
            ? text("muted", { x: second.x + 8, y: second.y + 40 }, label, FONT.label)
            : text("muted", at, label, FONT.label, level ? "middle" : "start");
    return path("route", [line], "Route") + words;
}

function drawNode(name: string, box: Box, title: string, badges: readonly Badge[]): string {
    const y = box.y + box.height / 2 + 5;
    return group([
        rectangle(name, box, 8),
        text("title bold", { x: box.x + 14, y }, title, FONT.name),
        ...drawBadges(badges, { x: rightOf(box) - 12, y: y - 5 }, -1),
    ]);
}

const BADGE_RADIUS = 9;

/** Numbers side by side, to the right or to the left of a point. */
function drawBadges(badges: readonly Badge[], { x, y }: Point, direction: 1 | -1): string[] {
    const ordered = direction === 1 ? badges : [...badges].reverse();
    return ordered.map(({ number, ok }, index) => {
        const center = x + direction * (BADGE_RADIUS + index * (2 * BADGE_RADIUS + 4));
        const name = ok === undefined ? "unplayed" : ok ? "passed" : "broken";
        return group([
            `<circle class="badge ${name}" cx="${n(center)}" cy="${n(y)}" r="${BADGE_RADIUS}"/>`,
            text("badgeText", { x: center, y: y + 4 }, String(number), FONT.label, "middle"),
        ]);
    });
}
