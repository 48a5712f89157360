import { inspect } from "node:util";
import { Http, Request } from "../../../providers/fly/client/http";
import { BUSY, create, failureOf, noted, request, TOKEN } from "../../support/flyRequests";
import { Scripted, ScriptedApi } from "../../support/scriptedApi";

const api = new ScriptedApi();
let http: Http;
beforeAll(async () => {
    await api.start();
    http = new Http({ token: TOKEN, baseUrl: api.url }, noted);
});
afterAll(() => api.stop());

describe("an error", () => {
    it.each<[string, Scripted, Partial<Request>, string]>([
        [
            "says what was tried, the API's words, status and request",
            { status: 422, body: { error: "invalid region" }, headers: { "fly-request-id": "01ABC-iad" } },
            {},
            'could not list the machines of "shop": invalid region (status 422, request 01ABC-iad)',
        ],
        [
            "takes the longer of the API's words, and a text that is no JSON",
            { status: 400, body: { error: "bad", message: "the name is too long" } },
            {},
            'could not list the machines of "shop": the name is too long (status 400)',
        ],
        [
            "takes a text that is no JSON",
            { status: 404, body: "404 page not found\n" },
            {},
            'could not list the machines of "shop": 404 page not found (status 404)',
        ],
        [
            "takes the status where there are no words",
            { status: 409 },
            {},
            'could not list the machines of "shop": Conflict (status 409)',
        ],
        [
            "says how to come by a token",
            { status: 401, body: { error: "unauthorized" } },
            {},
            'could not list the machines of "shop": unauthorized (status 401)\n' +
                "The token is missing, wrong or expired: `fly tokens create org` makes one; set it as FLY_API_TOKEN or with `pulumi config set --secret fly:token`.",
        ],
        [
            "says what a token lacks",
            { status: 403, body: { error: "forbidden" } },
            {},
            'could not list the machines of "shop": forbidden (status 403)\n' +
                "The token may not do this: it needs the right to the app's organization (`fly tokens create org`).",
        ],
        [
            "says that the API is down",
            { status: 503, body: "upstream" },
            { method: "POST" },
            'could not list the machines of "shop": upstream (status 503)\n' +
                "Fly's API did not answer as it should (https://status.flyio.net): run again, it goes on where it stopped.",
        ],
    ])("%s", async (_, answer, more, message) => {
        api.answers(answer);
        expect((await failureOf(http, request(more))).message).toBe(message);
    });

    it("says that the rate limit held", async () => {
        api.answers(...Array<Scripted>(6).fill(BUSY));
        expect((await failureOf(http, request())).message).toBe(
            'could not list the machines of "shop": rate limit exceeded (status 429)\n' +
                "Fly's rate limit held through all retries: run again in a minute.",
        );
    });

    it("has the API's code for the kind of failure", async () => {
        api.answers({ status: 422, body: { error: "Validation failed", status: "name_taken" } });
        expect(await failureOf(http, create())).toMatchObject({ code: "name_taken", ambiguous: false });
    });

    it("says what became of a connection", async () => {
        api.answers("drop");
        expect((await failureOf(http, create())).message).toMatch(
            /^could not create a machine of "shop": .*(closed|hang up|terminated|reset)/,
        );
        const nowhere = new Http({ token: TOKEN, baseUrl: "http://127.0.0.1:1" }, noted);
        expect((await failureOf(nowhere, create())).message).toMatch(
            /^could not create .*: (connect|bad port)/,
        );
    });

    it("has the token nowhere, whatever went wrong", async () => {
        const troubles: Scripted[] = ["drop", "cut", BUSY, { status: 401 }, { status: 500, body: "no" }];
        for (const trouble of troubles) {
            api.answers(...Array<Scripted>(6).fill(trouble));
            const error = await failureOf(http, create());
            expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("very-secret");
            expect(`${error.message}${error.stack ?? ""}${JSON.stringify(error)}`).not.toContain(
                "very-secret",
            );
        }
    });
});

describe("a token that is none", () => {
    it.each(["very-secret\ntoken", "very-secret…", "", "\tvery-secret"])(
        "is refused before it stands in a request, and is not shown: %j",
        (token) => {
            const make = () => new Http({ token, baseUrl: api.url }, noted);
            expect(make).toThrow(/^the token for Fly is none: /);
            expect(make).not.toThrow("very-secret");
        },
    );
});
