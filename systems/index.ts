import { audifi } from "./audifi";
import { connectedRepo } from "./connected-repo";
import { degixdaw } from "./degixdaw";
import { korczewski } from "./korczewski";
import { partyquiz } from "./partyquiz";
import { SystemDefinition } from "./system";

/** Every system that a stack can run. A new one is a file beside these and a line here. */
export const SYSTEMS: readonly SystemDefinition[] = [degixdaw, partyquiz, connectedRepo, audifi, korczewski];
