import fc from "fast-check";
import { drawStack } from "../../../rehearsal/report/picture/draw";
import { Host, Layout, layOut } from "../../../rehearsal/report/picture/layout";
import { Box, bottomOf, rightOf } from "../../../tools/picture/geometry";
import { FONT } from "../../../tools/picture/systemLayout";
import { widthOf } from "../../../tools/picture/text";
import { anySystems, system } from "../../support/dayReport";

const shop = system("shop", {
    exposure: "tunnel",
    apps: [
        { name: "web", urls: ["https://shop.example.org/"], replicas: 2 },
        { name: "ws", urls: ["wss://shop.example.org/ws"], replicas: 1 },
        { name: "worker", urls: [], replicas: 1 },
    ],
    data: ["Postgres 16: shop", "Redis 7"],
});
const blog = system("blog", { data: [] });
const audio = system("audio", { platform: "fly" });

function texts(svg: string): string[] {
    return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, words = ""]) => words);
}

function labels({ ways }: Layout): string[] {
    return ways.map(({ label }) => label);
}

describe("the picture of a rehearsed stack", () => {
    it("shows the way from a browser to the data", () => {
        const shown = texts(drawStack([shop, blog, audio], [], 1040));
        expect(shown).toEqual([
            ...["Server", "shop", "tunnel", "web × 2", "shop.example.org", "ws", "shop.example.org/ws"],
            ...["worker", "no route", "Postgres 16: shop", "Redis 7"],
            ...["blog", "public", "web", "blog.example.org"],
            ...["Fly", "audio", "web", "audio.example.org", "Postgres 16: main"],
            ...["DNS, HTTPS", "tunnel", "HTTPS", "HTTPS"],
            ...["Browser", "Cloudflare", "Traefik", "Data disk", "Fly’s proxy"],
        ]);
    });

    it("has only the ways that are taken", () => {
        expect(labels(layOut([shop], 1040))).toEqual(["DNS, HTTPS", "tunnel"]);
        expect(labels(layOut([blog], 1040))).toEqual(["DNS", "HTTPS"]);
        expect(labels(layOut([audio], 1040))).toEqual(["HTTPS"]);
        expect(layOut([audio], 1040)).toMatchObject({ cloudflare: undefined, server: undefined });
        expect(layOut([blog], 1040)).toMatchObject({ fly: undefined });
        expect(layOut([blog], 1040).server?.disk).toBeUndefined();
    });

    it("puts each act's number where it strikes, in the colour of how it went", () => {
        const acts = [
            { name: "zero", ok: true },
            { name: "release", ok: true },
            { name: "broken-release", ok: false },
            { name: "no-disk", ok: undefined },
            { name: "constructor", ok: true },
        ];
        const svg = drawStack([shop], acts, 1040);
        const badges = [...svg.matchAll(/badge (\w+)" cx="([\d.]+)" cy="([\d.]+)".*?>(\d+)<\/text>/g)];
        const { server } = layOut([shop], 1040);
        const where = badges.map(([, mood, x, y, number]) => [
            number,
            mood,
            Object.entries({ entry: server?.entry, disk: server?.disk }).find(
                ([, box]) => box && isIn({ x: Number(x), y: Number(y), width: 0, height: 0 }, box),
            )?.[0],
        ]);
        expect(where.sort()).toEqual([
            ["2", "passed", "entry"],
            ["3", "broken", "entry"],
            ["4", "unplayed", "disk"],
        ]);
    });

    it("is the same for the same stack", () => {
        expect(drawStack([shop, audio], [], 340)).toBe(drawStack([shop, audio], [], 340));
    });
});

describe.each([1040, 340])("a stack of any shape, %d pixels wide", (width) => {
    it("has no box over another, every text in its box, and each way ending where requests are taken in", () => {
        fc.assert(
            fc.property(anySystems, (systems) => {
                const layout = layOut(systems, width);
                const { browser, cloudflare, server, fly, ways, height } = layout;
                const hosts = [server, fly].filter((host) => host !== undefined);
                const boxes = [browser, ...(cloudflare ? [cloudflare] : []), ...hosts.map(({ box }) => box)];
                expectApart(boxes, { x: 0, y: 0, width, height });
                hosts.forEach(expectTidy);
                expect(hosts.flatMap(({ cards }) => cards)).toHaveLength(systems.length);
                const tops = [...hosts.map(({ entry }) => entry.y), browser.y + browser.height / 2];
                expect(ways.filter(({ line }) => !tops.includes(line.at(-1)?.y ?? -1))).toEqual([]);
            }),
            { numRuns: 200 },
        );
    });
});

function expectTidy({ box, entry, cards, disk }: Host): void {
    expectApart([entry, ...cards.map((each) => each.box), ...(disk ? [disk] : [])], box);
    for (const { card } of cards) {
        const { name, way, apps, lines, data, width, height } = card;
        const head = { x: 0, y: 0, width, height: apps.y };
        expectApart([head, ...(lines.length > 0 ? [apps] : []), ...data.map((each) => each.box)], {
            x: 0,
            y: 0,
            width,
            height,
        });
        const title = widthOf(name, FONT.name, true) + widthOf(way, FONT.label);
        expect(title).toBeLessThanOrEqual(width - 24);
        expect(lines.filter(({ words }) => widthOf(words, FONT.small) > apps.width - 24)).toEqual([]);
        expect(lines.filter(({ baseline }) => baseline > bottomOf(apps))).toEqual([]);
        for (const { lines: words, box: own } of data) {
            expect(words.filter((each) => widthOf(each, FONT.small) > own.width)).toEqual([]);
        }
    }
}

function isIn(inner: Box, outer: Box): boolean {
    const slack = 0.01;
    return (
        inner.x >= outer.x - slack &&
        inner.y >= outer.y - slack &&
        rightOf(inner) <= rightOf(outer) + slack &&
        bottomOf(inner) <= bottomOf(outer) + slack
    );
}

/** Boxes lie within another one, and none lies over its neighbour. */
function expectApart(boxes: readonly Box[], within: Box): void {
    const overlap = (a: Box, b: Box) =>
        a.x < rightOf(b) - 0.01 &&
        b.x < rightOf(a) - 0.01 &&
        a.y < bottomOf(b) - 0.01 &&
        b.y < bottomOf(a) - 0.01;
    expect(boxes.filter((each) => !isIn(each, within))).toEqual([]);
    expect(boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlap(a, b)))).toEqual([]);
}
