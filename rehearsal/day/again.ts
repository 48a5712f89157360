import { Act, check } from "./scene";

/** The same program once more: whatever changes now changes at each run. */
export const again: Act = {
    name: "again",
    title: "A second up changes nothing",
    async play(scene) {
        const { output } = await scene.command("npm run up", "up");
        const [, summary = ""] = /Resources:\n((?: {4}.*\n)+)/.exec(output) ?? [];
        const lines = summary.trim().split(/\n\s*/);
        check(
            lines.length === 1 && /^\d+ unchanged$/.test(lines[0] ?? ""),
            `it changed something:\n${summary}`,
        );
        scene.figures.unchanged = Number.parseInt(summary.trim(), 10);
    },
};
