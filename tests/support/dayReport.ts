import fc from "fast-check";
import { ActReport, DayReport, SystemReport } from "../../rehearsal/report";

/** An act that went well, with what a test says of it. */
export function act(name: string, more: Partial<ActReport> = {}): ActReport {
    return { name, title: `Act ${name}`, ok: true, ms: 1000, figures: {}, steps: [], ...more };
}

/** A day of one act, with what a test says of it. */
export function day(more: Partial<DayReport> = {}): DayReport {
    return {
        stack: "test",
        startedAt: "2026-01-02T03:04:05.678Z",
        ms: 125_000,
        machine: { cpus: 2, memoryMb: 8000, kernel: "Linux 6.1" },
        acts: [act("zero")],
        systems: [],
        ...more,
    };
}

/** A system on the stack's own server, with what a test says of it. */
export function system(name: string, more: Partial<SystemReport> = {}): SystemReport {
    return {
        name,
        platform: "docker",
        exposure: "public",
        apps: [{ name: "web", urls: [`https://${name}.example.org`], replicas: 1 }],
        data: ["Postgres 16: main"],
        ...more,
    };
}

/** Texts as they come from outside: with markup, Markdown, terminals' codes and halves of characters. */
const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc
        .array(
            fc.constantFrom(
                "</style>",
                "<script>alert(1)</script>",
                "<!--",
                "-->",
                '"',
                "'",
                "&amp;",
                "`",
                "```",
                "|",
                "\\",
                "</details>",
                "\u001b[31m",
                "\u001b]8;;https://x.example\u0007",
                "\r\n",
                "\ud83d",
                "\ud83d\ude80",
                "word ",
                "a-very-long-word-without-any-place-to-break-it-",
                ".example.org/",
            ),
            { maxLength: 12 },
        )
        .map((parts) => parts.join("")),
);

const figures = fc
    .uniqueArray(
        fc.tuple(
            fc.oneof(fc.constantFrom("requests", "lost", "p95 ms"), hostile),
            fc.oneof(
                fc.integer(),
                fc.double({ noNaN: true, noDefaultInfinity: true }),
                hostile,
                fc.boolean(),
            ),
        ),
        { maxLength: 5, selector: ([label]) => label },
    )
    .map((entries) => Object.fromEntries(entries));

const milliseconds = fc.oneof(fc.nat({ max: 10_000_000 }), fc.double({ min: 0, max: 1e6, noNaN: true }));

const step = fc.record(
    { text: hostile, ok: fc.boolean(), ms: milliseconds },
    { requiredKeys: ["text", "ok"] },
);

const acts = fc.uniqueArray(
    fc.record(
        {
            name: fc.oneof(fc.constantFrom("zero", "drift", "reboot", "no-disk", "urls", "release"), hostile),
            title: hostile,
            ok: fc.constantFrom(true, false, undefined),
            ms: milliseconds,
            figures,
            steps: fc.array(step, { maxLength: 6 }),
            error: fc.oneof(
                hostile,
                fc.integer({ min: 1, max: 100_000 }).map((length) => "x\n".repeat(length)),
            ),
        },
        { requiredKeys: ["name", "title", "ok", "ms", "figures", "steps"] },
    ),
    { maxLength: 14, selector: ({ name }) => name },
);

/** Systems of any shape. */
export const anySystems = fc.array(
    fc.record({
        name: hostile,
        platform: fc.constantFrom("docker" as const, "fly" as const),
        exposure: fc.constantFrom("public" as const, "tunnel" as const),
        apps: fc.array(
            fc.record({
                name: hostile,
                urls: fc.array(hostile, { maxLength: 3 }),
                replicas: fc.integer({ min: 1, max: 40 }),
            }),
            { maxLength: 6 },
        ),
        data: fc.array(fc.oneof(hostile, fc.constantFrom("Postgres 16: a, b", "Redis 7")), { maxLength: 5 }),
    }),
    { maxLength: 7 },
);

/** Any day at all. */
export const anyDay: fc.Arbitrary<DayReport> = fc.record(
    {
        stack: hostile,
        commit: hostile,
        startedAt: hostile,
        ms: milliseconds,
        machine: fc.record({
            cpus: fc.integer({ min: 1, max: 128 }),
            memoryMb: fc.integer({ min: 512, max: 1_000_000 }),
            kernel: hostile,
        }),
        servingMs: milliseconds,
        acts,
        systems: anySystems,
    },
    { requiredKeys: ["stack", "startedAt", "ms", "machine", "acts", "systems"] },
);
