import { Fields } from "../../providers/schema/fields";
import { providerExamples, renderProvider } from "../../tools/docs/providerPage";
import { providerPages } from "../../tools/docs/providers";
import { objectTypesOf } from "../../tools/docs/schemaTypes";

const ROPE: Fields = {
    metres: { type: "number", description: "Its length.", min: 1 },
    knot: { type: { object: "Knot", fields: {} }, description: "How it is tied.", optional: true },
};
const SCHEMA = {
    name: "bells",
    version: "1.2.3",
    description: "Bells in towers.",
    config: { key: { type: "string", description: "Key of the tower.", secret: true, min: 8 } },
    resources: [
        {
            token: "bells:index:BigBell",
            description: "A bell that rings. It hangs in a tower.",
            importId: "tower/bell",
            inputs: {
                metal: {
                    type: "string",
                    description: "What it is cast from: `a|b`.",
                    oneOf: ["brass", "iron"],
                    default: "brass",
                    replaces: "a bell is cast once",
                },
                name: {
                    type: "string",
                    description: "Its name.",
                    pattern: { form: /^[A-Z]/, description: "a capital letter first" },
                    max: 9,
                },
                ropes: {
                    type: { map: { object: "Rope", fields: ROPE } },
                    description: "Ropes.",
                    default: {},
                },
                words: { type: { list: "string" }, description: "Words on it.", optional: true },
                weightKg: { type: "integer", description: "Its weight.", min: 1, max: 5000 },
            },
            outputs: {
                ropes2: { type: { list: { object: "Rope", fields: ROPE } }, description: "Ropes that hang." },
            },
        },
        {
            token: "bells:index:Tower",
            description: "A tower.",
            importId: "tower",
            inputs: { name: { type: "string", description: "Its name." } },
            outputs: {},
        },
    ],
} as const;
const EXAMPLES = new Map([
    ["docs/examples/bells/provider.ts", 'import { x } from "y";\n'],
    ["docs/examples/bells/big-bell.ts", 'import { x } from "y";\nx("bell");\n'],
    ["docs/examples/bells/tower.ts", 'import { x } from "y";\nx("tower");\n'],
]);

describe("the page of a provider", () => {
    it("is made from its schema", () => {
        const importable = new Set(["bells:index:BigBell"]);
        const page = renderProvider(
            { schema: SCHEMA, source: "providers/bells/schema.ts", importable },
            EXAMPLES,
        );
        expect(page).toBe(PAGE);
    });

    it("takes an example for the provider and for each resource", () => {
        expect(providerExamples(SCHEMA)).toEqual([...EXAMPLES.keys()]);
    });

    it("is not made without its examples: all that are missing are named at once", () => {
        expect(() => providerPages("/nowhere")).toThrow(
            /^Without an example: docs\/examples\/fly\/provider\.ts, docs\/examples\/fly\/app\.ts, .*postgres-database\.ts\./,
        );
    });
});

describe("the types that fields name", () => {
    it("are each there once, with those that these name, in the order of their use", () => {
        const knotted: Fields = {
            first: { type: { list: { object: "Rope", fields: ROPE } }, description: "" },
            plain: { type: { map: "string" }, description: "" },
            second: { type: { object: "Rope", fields: ROPE }, description: "" },
        };
        expect(objectTypesOf(knotted).map(({ name }) => name)).toEqual(["Rope", "Knot"]);
    });
});

const PAGE = `# Provider \`bells\`

Bells in towers. This page is made by \`npm run docs\` from the schema that the provider checks by, [providers/bells/schema.ts](../../providers/bells/schema.ts); do not edit it.

|  |  |
| --- | --- |
| [BigBell](#bigbell) | A bell that rings. |
| [Tower](#tower) | A tower. |

A change of an input updates the resource in place, unless its table says that the resource is replaced. All that is wrong with inputs is told at once, before anything is touched.

## Configuration

Settings of the stack, \`npx pulumi config set bells:…\` (with \`--secret\` for what is kept secret), or of a provider of its own:

| name | type | default | limits | meaning |
| --- | --- | --- | --- | --- |
| \`key\` | \`string\` | (required) | at least 8 characters | Key of the tower. Kept secret. |

\`\`\`ts
import { x } from "y";
\`\`\`

The tests compile and run it: [docs/examples/bells/provider.ts](../examples/bells/provider.ts).

## BigBell

A bell that rings. It hangs in a tower.

\`\`\`ts
import { x } from "y";
x("bell");
\`\`\`

The tests compile and run it: [docs/examples/bells/big-bell.ts](../examples/bells/big-bell.ts).

Inputs:

| name | type | default | limits | meaning | replaced by a change, because |
| --- | --- | --- | --- | --- | --- |
| \`metal\` | \`string\` | \`"brass"\` | \`brass\`, \`iron\` | What it is cast from: \`a\\|b\`. | a bell is cast once |
| \`name\` | \`string\` | (required) | a capital letter first; at most 9 characters | Its name. |  |
| \`ropes\` | [\`Record<string, Rope>\`](#rope) | \`{}\` |  | Ropes. |  |
| \`words\` | \`string[]\` | none |  | Words on it. |  |
| \`weightKg\` | \`integer\` | (required) | 1 to 5000 | Its weight. |  |

Outputs, beside all inputs:

| name | type | meaning |
| --- | --- | --- |
| \`ropes2\` | [\`Rope[]\`](#rope) | Ropes that hang. |

Import:

\`\`\`sh
npx pulumi import bells:index:BigBell name-in-the-stack 'tower/bell'
\`\`\`

## Tower

A tower.

\`\`\`ts
import { x } from "y";
x("tower");
\`\`\`

The tests compile and run it: [docs/examples/bells/tower.ts](../examples/bells/tower.ts).

Inputs:

| name | type | default | meaning |
| --- | --- | --- | --- |
| \`name\` | \`string\` | (required) | Its name. |

It can't be imported.

## Types

### Rope

| name | type | default | limits | meaning |
| --- | --- | --- | --- | --- |
| \`metres\` | \`number\` | (required) | at least 1 | Its length. |
| \`knot\` | [\`Knot\`](#knot) | none |  | How it is tied. |

### Knot

| name | type | default | meaning |
| --- | --- | --- | --- |
`;
