import { DayReport } from "./day";

/**
 * The day as JSON. An act that was not run has `"ok": null`: a reader finds the field in every act, and takes none for
 * one that went well.
 */
export function json(day: DayReport): string {
    const acts = day.acts.map(({ name, title, ok, ms, figures, ...rest }) => ({
        name,
        title,
        ok: ok ?? null,
        ms: Math.round(ms),
        figures,
        ...rest,
    }));
    const { servingMs } = day;
    const rounded = {
        ...day,
        ms: Math.round(day.ms),
        ...(servingMs !== undefined && { servingMs: Math.round(servingMs) }),
    };
    return `${JSON.stringify({ ...rounded, acts }, undefined, 2)}\n`;
}
