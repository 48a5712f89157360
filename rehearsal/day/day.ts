import { messageOf } from "../../providers/server/failure";
import { ActReport, DayLines, DayReport, SystemReport } from "../report";
import { Stage } from "../stage/stage";
import { Act, NotForThisStack, Scene } from "./scene";
import { describeSystems } from "./systems";
import { zero } from "./zero";

/**
 * Plays acts one after the other. An act that fails ends the day: the later ones stand on what it should have left, and
 * would only say so in other words.
 */
export async function playDay(
    stage: Stage,
    acts: readonly Act[],
    lines: DayLines,
): Promise<Pick<DayReport, "acts" | "systems">> {
    const reports: ActReport[] = [];
    let systems: readonly SystemReport[] = [];
    for (const act of acts) {
        const failed = reports.some(({ ok }) => ok === false);
        const report = failed ? notPlayed(act) : await play(stage, act, lines);
        reports.push(report);
        if (act === zero && report.ok === true) {
            // A picture less is no reason to end the day.
            const unheard = new Scene(stage, act.name, () => undefined);
            systems = await describeSystems(unheard).catch(() => []);
        }
    }
    return { acts: reports, systems };
}

async function play(stage: Stage, act: Act, lines: DayLines): Promise<ActReport> {
    const { name, title } = act;
    const running = lines.start(act);
    const scene = new Scene(stage, name, (text) => running.note(text));
    const began = Date.now();
    const thrown = await act.play(scene).then(
        () => undefined,
        (error: unknown) => error ?? new Error("nothing was said of it"),
    );
    const { figures, steps } = scene;
    const report: ActReport = {
        ...{ name, title, figures, steps },
        ok: thrown instanceof NotForThisStack ? undefined : thrown === undefined,
        ms: Date.now() - began,
        ...(thrown !== undefined && {
            error: `${messageOf(thrown)}\nAll that was said: ${stage.isolation.logOf(name)}`,
        }),
    };
    running.over(report);
    return report;
}

function notPlayed({ name, title }: Act): ActReport {
    return { name, title, ok: undefined, ms: 0, figures: {}, steps: [] };
}
