/** One colour in the light and in the dark. */
export type Tone = readonly [light: string, dark: string];

/** What the classes of the picture look like; `fill` and `stroke` differ between light and dark. */
export const tones: Readonly<Record<string, { readonly fill?: Tone; readonly stroke?: Tone }>> = {
    page: { fill: ["#f7f8fa", "#0d1117"] },
    system: { fill: ["#ffffff", "#151b23"], stroke: ["#d5dae1", "#2f3742"] },
    app: { fill: ["#f5f7fb", "#1d2530"], stroke: ["#c3ccd9", "#3d4756"] },
    band: { fill: ["#f7f8fa", "#10161d"], stroke: ["#c9d1db", "#39424e"] },
    router: { fill: ["#e6f4f1", "#12302c"], stroke: ["#5aa99a", "#3d8779"] },
    postgres: { fill: ["#e9f1fa", "#15263a"], stroke: ["#93b5d9", "#38618f"] },
    redis: { fill: ["#fcefec", "#361d1a"], stroke: ["#dfa79c", "#8a4a40"] },
    store: { fill: ["#ffffff", "#0f1a28"] },
    postgresStore: { stroke: ["#93b5d9", "#477399"] },
    redisStore: { fill: ["#ffffff", "#261412"], stroke: ["#dfa79c", "#8a4a40"] },
    title: { fill: ["#1c2430", "#e8edf3"] },
    text: { fill: ["#3f4a59", "#b9c3cf"] },
    muted: { fill: ["#5f6b7a", "#93a0af"] },
    route: { stroke: ["#2f8f7f", "#4fae9d"] },
    wirePostgres: { stroke: ["#4a7fb5", "#6ea3d8"] },
    wireRedis: { stroke: ["#c06a5a", "#d98675"] },
    tipRoute: { fill: ["#2f8f7f", "#4fae9d"] },
    tipPostgres: { fill: ["#4a7fb5", "#6ea3d8"] },
    tipRedis: { fill: ["#c06a5a", "#d98675"] },
};

export const FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif';

/** The picture's style sheet: light, and dark where the reader's system is. */
export function styleSheet(): string {
    return [
        `text{font-family:${FONTS}}`,
        ".bold{font-weight:600}",
        ".route,.wirePostgres,.wireRedis{fill:none;stroke-width:1.6}",
        ".band{stroke-dasharray:4 4}",
        rules(0),
        `@media (prefers-color-scheme:dark){${rules(1)}}`,
    ].join("\n");
}

function rules(scheme: 0 | 1): string {
    return Object.entries(tones)
        .map(([name, { fill, stroke }]) => {
            const parts = [fill && `fill:${fill[scheme]}`, stroke && `stroke:${stroke[scheme]}`];
            return `.${name}{${parts.filter((each) => each !== undefined).join(";")}}`;
        })
        .join("");
}
