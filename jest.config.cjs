"use strict";
const transform = {
    "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }],
};
const common = {
    transform,
    testEnvironment: "node",
    // gRPC's global state is shared by the test files of one worker.
    testEnvironmentOptions: { globalsCleanup: "off" },
    modulePathIgnorePatterns: ["<rootDir>/.state"],
};

/** Layers of tests, quick to slow: CONTRIBUTING.md says what belongs where. */
module.exports = {
    projects: [
        {
            ...common,
            displayName: "unit",
            testMatch: ["<rootDir>/{tests,samples,airgap}/**/*.test.ts"],
            testPathIgnorePatterns: ["/tests/e2e/", "/tests/docker/"],
        },
        { ...common, displayName: "docker", testMatch: ["<rootDir>/tests/docker/**/*.test.ts"] },
        { ...common, displayName: "e2e", testMatch: ["<rootDir>/tests/e2e/**/*.test.ts"] },
    ],
};
