import { bottomOf, centerOf, n, Point } from "../../../tools/picture/geometry";
import { group, path, rectangle, text } from "../../../tools/picture/svg";
import { FONT } from "../../../tools/picture/systemLayout";
import { Card, CardData, LINE_HEIGHT, PADDING } from "./card";

/** Draws a card with its top left corner at a point. */
export function drawCard(card: Card, { x, y }: Point): string {
    const { name, way, apps, lines, data, width, height } = card;
    const baseline = 22;
    const parts = [
        rectangle("system", { x: 0, y: 0, width, height }, 10),
        text("title bold", { x: PADDING, y: baseline }, name, FONT.name),
        ...(way === "" ? [] : [text("muted", { x: width - PADDING, y: baseline }, way, FONT.label, "end")]),
        ...(lines.length === 0 ? [] : [rectangle("app", apps, 6)]),
        ...lines.map((each) =>
            text(
                each.kind === "name" ? "title" : "muted",
                { x: apps.x + PADDING, y: each.baseline },
                each.words,
                FONT.small,
            ),
        ),
        ...data.filter(({ reached }) => reached).map((each) => drawWire(each, bottomOf(apps))),
        ...data.map(drawData),
    ];
    return `<g transform="translate(${n(x)} ${n(y)})">${parts.join("")}</g>`;
}

function drawWire({ kind, box }: CardData, from: number): string {
    const x = centerOf(box);
    const name = kind === "redis" ? "Redis" : "Postgres";
    const down = [
        { x, y: from },
        { x, y: box.y },
    ];
    return path(`wire${name}`, [down], name);
}

function drawData({ kind, box, lines }: CardData): string {
    const top = box.y + (box.height - lines.length * LINE_HEIGHT) / 2;
    return group([
        rectangle(kind, box, 6),
        ...lines.map((words, index) => {
            const y = top + (index + 1) * LINE_HEIGHT - 4;
            return text("text", { x: centerOf(box), y }, words, FONT.small, "middle");
        }),
    ]);
}
