import js from "@eslint/js";
import tseslint from "typescript-eslint";
import layers from "./tools/layers.cjs";

export default tseslint.config(
    { ignores: ["**/*.d.cts", "node_modules/", "**/dist/", ".state/", "coverage/"] },
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
    ...layers.layerRules,
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
