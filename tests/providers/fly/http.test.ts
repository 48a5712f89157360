import { Http } from "../../../providers/fly/client/http";
import { MARGIN_MS } from "../../../providers/fly/client/limits";
import { pause } from "../../../providers/fly/client/pause";
import { FlyError } from "../../../providers/fly/client/errors";
import { BUSY, busy, create, failureOf, noted, OK, request, TOKEN, waits } from "../../support/flyRequests";
import { Scripted, ScriptedApi } from "../../support/scriptedApi";

const api = new ScriptedApi();
let http: Http;
beforeAll(async () => {
    await api.start();
    http = new Http({ token: TOKEN, baseUrl: api.url }, noted);
});
beforeEach(() => waits.splice(0));
afterAll(() => api.stop());

describe("a request", () => {
    it("carries the token as a header, and its body as JSON", async () => {
        api.answers(OK);
        expect(await http.send(create({ headers: { "fly-machine-lease-nonce": "n1" } }))).toEqual({
            id: "m1",
        });
        expect(api.received).toMatchObject([
            {
                method: "POST",
                url: "/v1/apps/shop/machines",
                body: '{"name":"a"}',
                headers: {
                    authorization: `FlyV1 ${TOKEN}`,
                    "content-type": "application/json",
                    "fly-machine-lease-nonce": "n1",
                },
            },
        ]);
    });

    it("may have no body, and an answer without one", async () => {
        api.answers({ status: 200, body: "" });
        expect(await http.send(request())).toBeUndefined();
        expect(api.received[0]?.body).toBe("");
        expect(api.received[0]?.headers["content-type"]).toBeUndefined();
    });

    it("has the token nowhere in its URL", async () => {
        api.answers(OK);
        await http.send(request({ path: "/apps/shop/machines?state=started" }));
        expect(api.received[0]?.url).toBe("/v1/apps/shop/machines?state=started");
    });
});

describe("a request that fails for a while", () => {
    it.each<[string, Scripted]>([
        ["status 429", BUSY],
        ["status 500", { status: 500, body: { error: "oops" } }],
        ["status 502", { status: 502, body: "Bad Gateway" }],
        ["status 503", { status: 503 }],
        ["a dropped connection", "drop"],
        ["an answer that is cut off", "cut"],
    ])("is sent again after %s, where that does no harm", async (_, trouble) => {
        for (const repeatable of [
            request(),
            request({ method: "PUT", body: {} }),
            request({ method: "DELETE" }),
            create({ repeatable: true }),
        ]) {
            api.answers(trouble, trouble, OK);
            expect(await http.send(repeatable)).toEqual({ id: "m1" });
            expect(api.received.map(({ method }) => method)).toEqual(
                Array<string>(3).fill(repeatable.method),
            );
        }
    });

    it.each<[string, Scripted]>([
        ["status 500", { status: 500, body: { error: "oops" } }],
        ["status 502", { status: 502 }],
        ["status 503", { status: 503 }],
        ["a dropped connection", "drop"],
        ["an answer that is cut off", "cut"],
    ])(
        "is never sent again after %s where it makes something: the API may have acted",
        async (_, trouble) => {
            api.answers(trouble, OK);
            const error = await failureOf(http, create());
            expect(error).toMatchObject({ name: "FlyError", ambiguous: true });
            expect(api.received.length).toBe(1);
        },
    );

    it("is sent again after status 429 even so: the API has not acted", async () => {
        api.answers(BUSY, BUSY, OK);
        expect(await http.send(create())).toEqual({ id: "m1" });
        expect(api.received.length).toBe(3);
    });

    it.each([400, 401, 403, 404, 408, 409, 412, 422])("is not sent again after status %d", async (status) => {
        api.answers({ status, body: { error: "no" } }, OK);
        expect(await failureOf(http, request())).toMatchObject({ status });
        expect(api.received.length).toBe(1);
    });

    it("is given up after six tries", async () => {
        for (const trouble of [BUSY, { status: 503 }, "drop"] as const) {
            api.answers(...Array<Scripted>(9).fill(trouble));
            expect(await failureOf(http, request())).toBeInstanceOf(FlyError);
            expect(api.received.length).toBe(6);
        }
    });

    it("waits longer from try to try, by chance for less", async () => {
        const most = [250, 500, 1000, 2000, 4000];
        const chance = jest.spyOn(Math, "random");
        for (const share of [0, 0.5, 1]) {
            waits.splice(0);
            chance.mockReturnValue(share);
            api.answers(...Array<Scripted>(6).fill({ status: 503 }));
            await failureOf(http, request());
            expect(waits).toEqual(most.map((each) => each * share));
        }
        chance.mockRestore();
    });

    it("waits as long as the API says and a little more, and not for what is no number", async () => {
        api.answers(busy("3"), busy("soon"), busy(), OK);
        await http.send(request());
        expect(waits.length).toBe(3);
        expect(waits[0]).toBeGreaterThanOrEqual(3000);
        expect(waits[0]).toBeLessThanOrEqual(3250);
        expect(waits[1]).toBeLessThanOrEqual(500);
        expect(waits[2]).toBeLessThanOrEqual(1000);
    });

    it("does not wait before it is given up", async () => {
        api.answers(...Array<Scripted>(6).fill(busy("7")));
        await failureOf(http, request());
        expect(waits.length).toBe(5);
    });
});

describe("the end of a request", () => {
    const reason = new Error("the update was cancelled");

    it("comes with the time that one try may take", async () => {
        api.answers("hold");
        const error = await failureOf(http, create({ timeoutSeconds: 0.05 }));
        expect(error).toMatchObject({ status: undefined, ambiguous: true });
        expect(error.message).toContain("due to timeout");
    });

    it("leads to another try where that does no harm", async () => {
        // A busy machine may be late with more tries than the one that is not answered.
        api.answers("hold", ...Array<Scripted>(5).fill(OK));
        expect(await http.send(request({ timeoutSeconds: 0.05 }))).toEqual({ id: "m1" });
        expect(api.received.length).toBeGreaterThan(1);
    });

    it("comes at once while the API has not answered", async () => {
        api.answers("hold");
        const cancelled = new AbortController();
        const failure = failureOf(http, request({ signal: cancelled.signal }));
        await api.nextRequest();
        cancelled.abort(reason);
        expect(await failure).toBe(reason);
        expect(api.received.length).toBe(1);
    });

    it("comes before anything is sent when it is asked for already", async () => {
        api.answers(OK);
        expect(await failureOf(http, request({ signal: AbortSignal.abort(reason) }))).toBe(reason);
        expect(api.received).toEqual([]);
    });

    it.each<[string, Scripted]>([
        ["for the API's own limit", busy("600")],
        ["for the next try", { status: 503 }],
    ])("comes at once during a wait %s", async (_, answer) => {
        const cancelled = new AbortController();
        const patient = new Http({ token: TOKEN, baseUrl: api.url }, (_ms, signal) => {
            const waiting = pause(600_000, signal);
            cancelled.abort(reason);
            return waiting;
        });
        api.answers(answer, OK);
        expect(await failureOf(patient, request({ signal: cancelled.signal }))).toBe(reason);
        expect(api.received.length).toBe(1);
    });

    it("comes at once during a wait for its turn", async () => {
        const patient = new Http({ token: TOKEN, baseUrl: api.url });
        const slow = { rate: { perSecond: 0.001, burst: 1 } };
        api.answers(OK);
        await patient.send(request(slow));
        const cancelled = new AbortController();
        const failure = failureOf(patient, request({ signal: cancelled.signal, ...slow }));
        cancelled.abort(reason);
        expect(await failure).toBe(reason);
        expect(api.received.length).toBe(1);
    });
});

describe("requests of one action", () => {
    it("wait for their turn below the API's limit, second tries too, and others do not", async () => {
        jest.spyOn(Math, "random").mockReturnValueOnce(0);
        const rate = { perSecond: 0.01, burst: 2 };
        api.answers({ status: 503 }, OK, OK, OK);
        await http.send(request({ rate, limit: "paced" }));
        await http.send(request({ rate, limit: "paced" }));
        await http.send(request({ rate, limit: "other" }));
        expect(api.received.length).toBe(4);
        // The pause before the second try, then the third request of a burst of two.
        const [pausedMs, pacedMs, ...others] = waits;
        expect([pausedMs, others]).toEqual([0, []]);
        expect(pacedMs).toBeGreaterThan(0);
        expect(pacedMs).toBeLessThanOrEqual(100_000 + MARGIN_MS);
    });
});
