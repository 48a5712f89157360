"use strict";

/** Relative imports of folders, and of anything in them. */
const all = (...folders) => `^\\..*/(${folders.join("|")})(/|$)`;

/** Relative imports of a folder, but for the one part of it that is meant for others. */
const allBut = (folder, part) => `^\\..*/${folder}(/(?!${part}(/|$))|$)`;

/**
 * The layers, from the ground up: each imports only what stands below it, and of two of these only the part that is
 * meant for others. Keys are folders; values are what a file in them may not import.
 */
const forbidden = {
    lib: [all("providers", "components", "systems", "stacks")],
    providers: [all("components", "systems", "stacks")],
    "providers/sdk": [all("engine", "resources", "server")],
    components: [allBut("providers", "sdk"), all("systems", "stacks")],
    systems: [allBut("components", "platform"), all("providers", "stacks")],
    stacks: [all("providers")],
};
const everywhere = all("tools", "tests", "rehearsal", "airgap", "samples");

/** One rule for each layer: what its files may not import. */
const layerRules = Object.entries(forbidden).map(([folder, imports]) => {
    const message = `Not for ${folder}/: see "Layers" in CONTRIBUTING.md.`;
    const patterns = [...imports, everywhere].map((regex) => ({ regex, message }));
    return { files: [`${folder}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns }] } };
});

module.exports = { layerRules };
