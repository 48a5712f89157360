import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * The layers, from the ground up: each imports only what stands below it, and of two of these only the part that is
 * meant for others. Keys are folders; values are what a file in them may not import.
 */
const layers = {
    lib: ["**/providers/**", "**/components/**", "**/systems/**", "**/stacks/**"],
    providers: ["**/components/**", "**/systems/**", "**/stacks/**"],
    "providers/sdk": ["**/providers/**", "**/engine/**", "**/resources/**", "**/server/**"],
    components: ["**/providers/*", "!**/providers/sdk", "**/systems/**", "**/stacks/**"],
    systems: ["**/components/*", "!**/components/platform", "**/providers/**", "**/stacks/**"],
    stacks: ["**/providers/**"],
};
const everywhere = ["**/tools/**", "**/tests/**", "**/airgap/**", "**/samples/**"];

const layerRules = Object.entries(layers).map(([folder, group]) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
        "no-restricted-imports": [
            "error",
            {
                patterns: [
                    {
                        group: [...group, ...everywhere],
                        message: `Not for ${folder}/: see "Layers" in CONTRIBUTING.md.`,
                    },
                ],
            },
        ],
    },
}));

export default tseslint.config(
    { ignores: ["node_modules/", "**/dist/", ".state/", "coverage/"] },
    js.configs.recommended,
    {
        files: ["**/*.ts"],
        extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
        languageOptions: {
            parserOptions: { project: "./tsconfig.check.json", tsconfigRootDir: import.meta.dirname },
        },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
        },
    },
    ...layerRules,
    {
        files: ["**/*.cjs", "providers/bin/*"],
        languageOptions: {
            globals: {
                require: "readonly",
                module: "writable",
                process: "readonly",
                console: "readonly",
                __dirname: "readonly",
            },
        },
    },
);
