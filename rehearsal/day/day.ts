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
    const common = { name, title, figures, steps, ms: Date.now() - began };
    const report = { ...common, ...outcomeOf(thrown, stage.isolation.logOf(name)) };
    running.over(report);
    return report;
}

/** How an act went, by what it has thrown. */
function outcomeOf(thrown: unknown, log: string): Pick<ActReport, "ok" | "error"> {
    if (thrown === undefined) {
        return { ok: true };
    }
    const error = messageOf(thrown);
    return thrown instanceof NotForThisStack
        ? { ok: undefined, error }
        : { ok: false, error: `${error}\nAll that was said: ${log}` };
}

function notPlayed({ name, title }: Act): ActReport {
    return { name, title, ok: undefined, ms: 0, figures: {}, steps: [] };
}
