import { bottomOf, n, rightOf } from "./geometry";
import { Layout, layOut } from "./layout";
import { StackModel } from "./model";
import { PlacedApp, PlacedServer } from "./placed";
import { styleSheet } from "./style";
import { escape, group, path, rectangle, text, tip } from "./svg";
import { FONT, PlacedSystem, portLabel } from "./systemLayout";
import { widthOf } from "./text";

/** Draws a stack as an SVG document. Pure: the same model gives the same bytes. */
export function draw(model: StackModel): string {
    const layout = layOut(model);
    const { width, height } = layout;
    const size = `width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}"`;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title">`,
        `<title id="title">${escape(summaryOf(model))}</title>`,
        `<style>\n${styleSheet()}\n</style>`,
        `<defs>${["Route", "Postgres", "Redis"].map(tip).join("")}</defs>`,
        rectangle("page", { x: 0, y: 0, width, height }, 14),
        ...layout.systems.map(drawSystem),
        ...drawEdge(layout),
        drawRouter(layout),
        drawLegend(layout),
        "</svg>\n",
    ].join("\n");
}

function summaryOf({ systems }: StackModel): string {
    const servers = systems.flatMap((system) => system.servers);
    const count = (kind: string) =>
        servers.filter((server) => server.kind === kind).flatMap(({ stores }) => stores).length;
    return [
        `The dev stack: ${systems.length} systems`,
        `${systems.flatMap(({ apps }) => apps).length} apps`,
        `${count("postgres")} databases`,
        `${count("redis")} Redis`,
    ].join(", ");
}

function drawEdge({ trunk, rails, arrivals, model }: Layout): string[] {
    const lines = [
        ...rails.map(({ from, to }, index) => {
            // The last rail and the trunk are one line, with a round corner.
            const start = index === rails.length - 1 ? trunk.slice(0, 1) : [];
            const last = arrivals.filter((each) => each.from.y === from.y).at(-1);
            return path("route", [[...start, from, to, ...(last ? [last.to] : [])]], last && "Route");
        }),
        ...arrivals
            .filter(({ from }) => !rails.some(({ to }) => to.x === from.x && to.y === from.y))
            .map(({ from, to }) => path("route", [[from, to]], "Route")),
    ];
    const [first] = rails;
    const label =
        first === undefined
            ? ""
            : text("muted", { x: first.from.x + 16, y: first.from.y - 7 }, model.edgeNetwork, FONT.label);
    return [...lines, label];
}

function drawRouter({ router, model }: Layout): string {
    const x = router.x + 16;
    return group([
        rectangle("router", router, 10),
        text("title bold", { x, y: router.y + 25 }, "Router", FONT.system),
        text(
            "text",
            { x: x + widthOf("Router", FONT.system, true) + 6, y: router.y + 25 },
            model.router.image,
            FONT.small,
        ),
        text("text", { x, y: router.y + 44 }, model.router.address, FONT.small),
    ]);
}

/** What the lines mean, at the top right. */
function drawLegend({ width, router, model }: Layout): string {
    const right = width - 24;
    const y = router.y + 46;
    let x = right;
    const entry = (words: string, sample: (x: number) => string) => {
        const label = text("muted", { x, y }, words, FONT.small, "end");
        x -= widthOf(words, FONT.small) + 32;
        const drawn = sample(x) + label;
        x -= 22;
        return drawn;
    };
    const line = (name: string) => (at: number) =>
        path(name, [
            [
                { x: at, y: y - 4 },
                { x: at + 24, y: y - 4 },
            ],
        ]);
    return group([
        text("text", { x: right, y: router.y + 22 }, summaryOf(model), FONT.small, "end"),
        entry("internal network", (at) => rectangle("band", { x: at, y: y - 11, width: 24, height: 13 }, 4)),
        entry("uses Redis", line("wireRedis")),
        entry("uses a database", line("wirePostgres")),
        entry("routed to", line("route")),
    ]);
}

function drawSystem({ system, box, band, apps, servers, wires }: PlacedSystem): string {
    const nothing = { x: band.x + band.width / 2, y: band.y + band.height / 2 };
    return group([
        rectangle("system", box, 12),
        text("title bold", { x: box.x + 16, y: box.y + 26 }, system.name, FONT.system),
        rectangle("band", band, 8),
        text("muted", { x: band.x + 12, y: bottomOf(band) - 9 }, system.dataNetwork, FONT.label),
        ...(servers.length === 0 ? [text("muted", nothing, "no database", FONT.small, "middle")] : []),
        ...servers.map(drawServer),
        // Over the servers: a line ends inside one, at a database.
        ...wires.map(({ kind, lines }) => {
            const name = kind === "postgres" ? "Postgres" : "Redis";
            return path(`wire${name}`, lines, name);
        }),
        ...apps.map(drawApp),
    ]);
}

function drawApp({ app, box, lines }: PlacedApp): string {
    const x = box.x + 12;
    return group([
        rectangle("app", box, 8),
        text("title bold", { x, y: box.y + 24 }, app.name, FONT.name),
        text("muted", { x: rightOf(box) - 12, y: box.y + 24 }, portLabel(app), FONT.small, "end"),
        ...lines.map((line, index) => text("text", { x, y: box.y + 46 + index * 17 }, line, FONT.small)),
    ]);
}

function drawServer({ server, box, stores }: PlacedServer): string {
    const baseline = bottomOf(box) - 12;
    return group([
        rectangle(server.kind, box, 8),
        ...stores.flatMap(({ store, box: own }) => [
            rectangle(`store ${server.kind}Store`, own, 6),
            text("text", { x: own.x + own.width / 2, y: own.y + 20 }, store.name, FONT.small, "middle"),
        ]),
        text("title bold", { x: box.x + 12, y: baseline }, server.title, FONT.small),
        ...(server.published === undefined
            ? []
            : [text("muted", { x: rightOf(box) - 12, y: baseline }, server.published, FONT.label, "end")]),
    ]);
}
