import { spareStackTraces, StackTraceHook } from "../../stacks/stackTraces";

describe("spared stack traces", () => {
    const hook: StackTraceHook = Error;
    const { stackTraceLimit } = Error;
    const before = hook.prepareStackTrace;
    const rendered = jest.fn((error: Error) => `rendered: ${error.message}`);
    beforeEach(() => {
        rendered.mockClear();
        hook.prepareStackTrace = rendered;
        spareStackTraces();
    });
    afterEach(() => {
        Error.stackTraceLimit = stackTraceLimit;
        hook.prepareStackTrace = before;
    });

    it("are those of errors that say nothing", () => {
        expect(new Error().stack).toBe("");
        expect(rendered).not.toHaveBeenCalled();
    });

    it("are not those of errors that say something", () => {
        expect(new Error("broken").stack).toBe("rendered: broken");
        expect(new TypeError("wrong").stack).toBe("rendered: wrong");
    });

    it("are not those of errors that are told what to say before they are thrown", () => {
        const error = new Error();
        error.message = "broken";
        expect(error.stack).toBe("rendered: broken");
    });

    it("are not those that say where a resource is declared: for them the runtime lifts the limit", () => {
        Error.stackTraceLimit = Number.POSITIVE_INFINITY;
        expect(new Error().stack).toBe("rendered: ");
    });

    it("need a compiler's hook: without one nothing is touched", () => {
        const none: StackTraceHook = {};
        spareStackTraces(none);
        expect(none).toEqual({});
    });
});
