import { Box, bottomOf, rightOf } from "../../../tools/picture/geometry";
import { FONT } from "../../../tools/picture/systemLayout";
import { widthOf } from "../../../tools/picture/text";
import { SystemReport } from "../day";
import { line } from "../words";
import { clipped, hostLines, shared, wordLines } from "./fit";

/** One system, laid out. All places are seen from the card's own top left corner. */
export interface Card {
    readonly name: string;
    /** How its hosts are reached; empty where the place says so itself. */
    readonly way: string;
    readonly width: number;
    readonly height: number;
    /** Around all apps; without height when there are none. */
    readonly apps: Box;
    readonly lines: readonly CardLine[];
    readonly data: readonly CardData[];
}

/** A line of what is told of an app. */
interface CardLine {
    readonly kind: "name" | "address";
    readonly words: string;
    readonly baseline: number;
}

/** What a system keeps data in. */
export interface CardData {
    readonly kind: "postgres" | "redis";
    readonly lines: readonly string[];
    readonly box: Box;
    /** Whether a line from the apps leads to it. To one in a later row it would run through another. */
    readonly reached: boolean;
}

/** Between a card's edge and what stands in it. */
export const PADDING = 12;
/** Height of one line of text. */
export const LINE_HEIGHT = 15;
const TITLE_HEIGHT = 34;
const GAP = 8;
/** For the arrow from the apps to what they keep data in. */
const WIRE_HEIGHT = 24;
/** Things that data is kept in, side by side. */
const DATA_COLUMNS = 2;

/** Lays a system out in a card of that width, in pixels: its height follows. */
export function cardOf({ name, platform, exposure, apps, data }: SystemReport, width: number): Card {
    const way = platform === "fly" ? "" : exposure;
    const inner = width - 2 * PADDING;
    const lines = placeLines(apps, inner - 2 * PADDING);
    const last = lines.at(-1);
    const top = { x: PADDING, y: TITLE_HEIGHT, width: inner };
    const box = { ...top, height: last === undefined ? 0 : last.baseline + 3 + GAP - TITLE_HEIGHT };
    const placed = placeData(data, {
        ...top,
        y: bottomOf(box) + (last === undefined ? 0 : WIRE_HEIGHT),
        height: 0,
    });
    return {
        name: clipped(line(name), FONT.name, inner - widthOf(way, FONT.label) - GAP, true),
        way,
        width,
        height: Math.max(bottomOf(box), ...placed.map((each) => bottomOf(each.box))) + PADDING,
        apps: box,
        lines,
        data: placed.map((each) => ({ ...each, reached: each.reached && last !== undefined })),
    };
}

function placeLines(apps: SystemReport["apps"], width: number): CardLine[] {
    let y = TITLE_HEIGHT;
    return apps.flatMap(({ name, urls, replicas }) => {
        y += GAP;
        const title = line(name) + (replicas === 1 ? "" : ` × ${replicas}`);
        const told = [
            { kind: "name" as const, words: clipped(title, FONT.small, width) },
            ...addressesOf(urls)
                .flatMap((each) => hostLines(each, width))
                .map((words) => ({ kind: "address" as const, words })),
        ];
        return told.map((each) => {
            y += LINE_HEIGHT;
            return { ...each, baseline: y - 3 };
        });
    });
}

/** A host and path for each URL, none twice: encrypted is what all are. */
function addressesOf(urls: readonly string[]): string[] {
    const addresses = urls.map((url) =>
        line(url)
            .replace(/^(https|wss):\/\//, "")
            .replace(/\/$/, ""),
    );
    return addresses.length === 0 ? ["no route"] : [...new Set(addresses)];
}

function placeData(data: readonly string[], area: Box): CardData[] {
    let y = area.y;
    const rows = Array.from({ length: Math.ceil(data.length / DATA_COLUMNS) }, (_, row) =>
        data.slice(row * DATA_COLUMNS, (row + 1) * DATA_COLUMNS).map(line),
    );
    return rows.flatMap((row, index) => {
        const placed = placeRow(row, { ...area, y }).map((each) => ({ ...each, reached: index === 0 }));
        y = Math.max(...placed.map(({ box }) => bottomOf(box))) + GAP;
        return placed;
    });
}

function placeRow(row: readonly string[], area: Box): Omit<CardData, "reached">[] {
    const needs = row.map((words) => widthOf(words, FONT.small) + 2 * GAP);
    const widths = shared(needs, area.width - GAP * (row.length - 1));
    const lines = row.map((words, index) => wordLines(words, (widths[index] ?? 0) - 2 * GAP));
    const height = Math.max(...lines.map((each) => each.length)) * LINE_HEIGHT + 2 * GAP;
    let x = area.x;
    return row.map((words, index) => {
        const box = { x, y: area.y, width: widths[index] ?? 0, height };
        x = rightOf(box) + GAP;
        const kind = /^(redis|valkey)/i.test(words) ? "redis" : "postgres";
        return { kind, box, lines: lines[index] ?? [] };
    });
}
