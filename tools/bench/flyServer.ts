/** What the bench's machines run: a server that answers at once, and leaves when it is told to. */
export const SERVER = `
process.on("SIGTERM", () => process.exit());
require("node:http").createServer((_, response) => response.end()).listen(8080);`;
