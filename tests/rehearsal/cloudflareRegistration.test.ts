import { Duplex } from "node:stream";
import fc from "fast-check";
import { firstMessage, StructReader } from "../../rehearsal/cloudflare/edge/capnp/read";
import { messageOf, numbers, PointerValue } from "../../rehearsal/cloudflare/edge/capnp/write";
import { Registration, serveRegistration } from "../../rehearsal/cloudflare/edge/registration";

/** What cloudflared 2025.9.0 sent, byte by byte: it asks for the object, registers, and says goodbye. */
const BOOTSTRAP = [
    "000000000500000000000000010001000800000000000000000000000100010000000000000000000000000000000000",
].join("");
const REGISTER = [
    "000000004400000000000000010001000200000000000000000000000300030001000000000000009754e87fec9516f7",
    "000000000000000008000000010001001800000000000200000000000000000000000000010000000000000001000100",
    "0000000000000000010000000700000000000000010000000400000001000300cd000000070000000000000000000000",
    "080000000000020031000000820000003400000001000200050000000a01000015000000020100003031323334353637",
    "383961626364656630313233343536373839616263646566000000000000000007070707070707070707070707070707",
    "07070707070707070707070707070707900802fdc26e4214ab28172a2c105df400000000000000000400000000000400",
    "75000000820000000d00000082000000110000002e000000590000004a0000005d00000062000000b04d009c109f4767",
    "848ae4963fabd2da110000008200000015000000a20000001d0000009a00000025000000a20000002d0000008a000000",
    "6d616e6167656d656e745f6c6f677300616c6c6f775f72656d6f74655f636f6e666967000000000073657269616c697a",
    "65645f68656164657273000000000000737570706f72745f646174616772616d5f76320000000000737570706f72745f",
    "717569635f656f660000000000000000323032352e392e3000000000000000006c696e75785f616d6436340000000000",
    "00000000000000000000ffff7f0000010000000001000100",
].join("");
const FINISH = ["00000000040000000000000001000100040000000000000000000000010000000000000001000000"].join("");
const UNREGISTER = [
    "000000000e00000000000000010001000200000000000000000000000300030001000000010000009754e87fec9516f7",
    "000000000000000008000000010001000c00000000000200000000000000000000000000000000000000000000000000",
    "fcffffff0000000001000000070000000000000001000100",
].join("");

const ID = "00112233-4455-6677-8899-aabbccddeeff";

/** Serves a stream that gets some chunks. Gives what was called, what was answered, and whether the stream is still there. */
async function serve(chunks: readonly string[], refusal?: string) {
    const calls: (Registration | string)[] = [];
    const sent: Buffer[] = [];
    const stream = new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _, done) => {
            sent.push(chunk);
            done();
        },
    });
    stream.on("error", (error) => calls.push(error.message));
    serveRegistration(stream, {
        register: (registration) => {
            calls.push(registration);
            return refusal === undefined ? { id: ID } : { refusal };
        },
        registered: () => calls.push("registered"),
        unregister: () => calls.push("unregister"),
    });
    for (const chunk of chunks) {
        stream.push(Buffer.from(chunk, "hex"));
        await new Promise((resolve) => setImmediate(resolve));
    }
    return { calls, answers: messagesIn(Buffer.concat(sent)), open: !stream.destroyed };
}

function messagesIn(received: Buffer): StructReader[] {
    const next = firstMessage(received);
    return next === undefined ? [] : [next.root, ...messagesIn(received.subarray(next.end))];
}

/** Kind, question and failure of an answer. */
function headOf(answer: StructReader): unknown[] {
    const returned = answer.struct(0);
    return [answer.uint16(0), returned.uint32(0), returned.uint16(6)];
}

/** The answer to a registration, in an answer to a call. */
function responseIn(answer: StructReader | undefined): StructReader | undefined {
    return answer?.struct(0).struct(0).struct(0).struct(0);
}

const CALLED: Registration = {
    account: "0123456789abcdef0123456789abcdef",
    secret: Buffer.alloc(32, 7).toString("base64"),
    tunnel: "900802fd-c26e-4214-ab28-172a2c105df4",
    clientId: "b04d009c-109f-4767-848a-e4963fabd2da",
    clientVersion: "2025.9.0",
};
const RETURN = 3;
const [RESULTS, EXCEPTION] = [0, 1];

describe("a connector's registration", () => {
    it("is read as cloudflared sends it, and answered with the id of its connection", async () => {
        const { calls, answers } = await serve([BOOTSTRAP, REGISTER, FINISH, UNREGISTER]);
        expect(calls).toEqual([CALLED, "registered", "unregister"]);
        expect(answers.map(headOf)).toEqual([
            [RETURN, 0, RESULTS],
            [RETURN, 1, RESULTS],
            [RETURN, 1, RESULTS],
        ]);
        const result = responseIn(answers[1]);
        expect(result?.uint16(0)).toBe(1);
        const details = result?.struct(0);
        expect([details?.data(0).toString("hex"), details?.text(1), details?.uint16(0)]).toEqual([
            ID.replaceAll("-", ""),
            "sim01",
            1,
        ]);
    });

    it("is read in pieces of any size", async () => {
        const whole = BOOTSTRAP + REGISTER + FINISH;
        await fc.assert(
            fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), async (sizes) => {
                const chunks: string[] = [];
                for (let at = 0, turn = 0; at < whole.length; turn += 1) {
                    const end = at + 2 * (sizes[turn % sizes.length] ?? 1);
                    chunks.push(whole.slice(at, end));
                    at = end;
                }
                const { calls, answers } = await serve(chunks);
                expect(calls).toEqual([CALLED, "registered"]);
                expect(answers).toHaveLength(2);
            }),
            { numRuns: 20 },
        );
    });

    it("that is refused gets the reason", async () => {
        const { answers } = await serve([BOOTSTRAP, REGISTER], "Unauthorized: Invalid tunnel secret");
        const result = responseIn(answers[1]);
        expect([result?.uint16(0), result?.struct(0).text(0)]).toEqual([
            0,
            "Unauthorized: Invalid tunnel secret",
        ]);
    });

    it("with a method that the edge does not have is told so", async () => {
        const METHOD_AT = 2 * (8 + 16 + 8 + 4);
        const unknown = `${REGISTER.slice(0, METHOD_AT)}0900${REGISTER.slice(METHOD_AT + 4)}`;
        const { calls, answers } = await serve([BOOTSTRAP, unknown]);
        expect(calls).toEqual([]);
        expect(answers.slice(1).map(headOf)).toEqual([[RETURN, 1, EXCEPTION]]);
        expect(answers[1]?.struct(0).struct(0).text(0)).toBe("Method not implemented");
    });

    it.each([
        ["of several parts", "0100000005000000", "a message has several parts, or is too long"],
        ["that is endless", "00000000ffffffff", "a message has several parts, or is too long"],
        [
            "that points beyond its end",
            "0000000001000000" + "0001000001000100",
            "a message points beyond its end",
        ],
        [
            "that has a list for a struct",
            "0000000001000000" + "0100000000000000",
            "a message has something else where a struct belongs",
        ],
    ])("ends at a message %s", async (_, message, fault) => {
        expect(await serve([message])).toMatchObject({ calls: [fault], answers: [], open: false });
    });
});

describe("a message", () => {
    it("reads as it was written", () => {
        const pointers: fc.Arbitrary<PointerValue[]> = fc.array(
            fc.oneof(
                fc.constant(undefined),
                fc.uint8Array({ minLength: 1 }).map((bytes) => ({ bytes: Buffer.from(bytes) })),
                fc.string().map((text) => ({ text })),
                fc.nat().map((value) => ({ struct: { data: numbers(1, [0, 4, value]) } })),
            ),
        );
        fc.assert(
            fc.property(fc.nat(), pointers, (number, values) => {
                const message = messageOf({ data: numbers(2, [4, 4, number]), pointers: values });
                const read = firstMessage(Buffer.concat([message, Buffer.from("more")]));
                expect([read?.end, read?.root.uint32(4)]).toEqual([message.length, number]);
                values.forEach((value, index) => expect(readBack(read?.root, index, value)).toEqual(value));
            }),
        );
    });
});

/** What lies behind a pointer, in the form of what was written there. */
function readBack(root: StructReader | undefined, index: number, like: PointerValue): unknown {
    if (root === undefined || like === undefined) {
        return root?.data(index).length === 0 ? undefined : "something";
    }
    if ("text" in like) {
        return { text: root.text(index) };
    }
    return "bytes" in like
        ? { bytes: root.data(index) }
        : { struct: { data: numbers(1, [0, 4, root.struct(index).uint32(0)]) } };
}
