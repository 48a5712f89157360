/** Error messages travel in the trailers of a call, and HTTP/2 lets a call hang whose trailers grow beyond its limit. */
const MAX_ENCODED = 32 * 1024;
/** Characters of a long message that are kept at its start: there stands what went wrong. */
const START = 500;

/** What the user is told of an error. Of one that is longer than it may be on its way, the start and the end. */
export function describeFailure(error: unknown, maxEncoded = MAX_ENCODED): string {
    // Half a surrogate pair can't be encoded; a buffer replaces it.
    const message = Buffer.from(messageOf(error)).toString();
    if (encodeURI(message).length <= maxEncoded) {
        return message;
    }
    const characters = Array.from(message);
    let room = maxEncoded;
    let end = characters.length;
    while (end > START && room > 0) {
        end -= 1;
        room -= encodeURI(characters[end] ?? "").length;
    }
    return [...characters.slice(0, START), "\n[…]\n", ...characters.slice(end + 1)].join("");
}

/** A host with several addresses fails with one error for each, and with no message of its own. */
export function messageOf(error: unknown): string {
    if (error instanceof AggregateError && error.message === "") {
        return error.errors.map(messageOf).join(", ");
    }
    return error instanceof Error ? error.message : String(error);
}
