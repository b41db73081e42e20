/** The people of a run, what they know of each other, and what they do: flows, one after the other. */

import type { AccountId } from "../../../shared/platform/ids.ts";
import type { Called } from "../../builders/world.ts";
import type { Cloud } from "../cloud/cloud.ts";
import type { ApiName } from "../cloud/functions.ts";
import type { Session } from "../cloud/tokens.ts";
import type { Dice } from "../core/dice.ts";
import type { Stage } from "../core/environment.ts";
import type { Asked, Client } from "./client.ts";
import type { Mirror } from "./mirror.ts";

export type Person = {
  readonly name: string;
  session: Session;
  sessions: number;
  /** Known once they signed up. */
  id: AccountId | undefined;
  handle: string;
  /** Posts they have seen. */
  readonly posts: string[];
};

export type Member = Person & { readonly id: AccountId };

export type Society = {
  readonly stage: Stage;
  readonly dice: Dice;
  readonly cloud: Cloud;
  readonly client: Client;
  readonly mirror: Mirror;
  readonly people: readonly Person[];
  readonly ops: Person;
  /** Campaigns that were made. */
  readonly campaigns: string[];
  readonly call: (
    person: Person,
    api: ApiName,
    name: string,
    asked?: Asked,
    key?: string,
  ) => Promise<Called | undefined>;
  /** People who signed up, but for one. */
  readonly others: (person: Person) => readonly Member[];
  /** A moment of thought. */
  readonly pause: (from: number, to: number) => Promise<void>;
};

export type Flow = {
  readonly name: string;
  /** How often it happens beside the others. */
  readonly weight: number;
  readonly run: (actor: Member, society: Society) => Promise<void>;
};

export const isMember = (person: Person): person is Member => person.id !== undefined;

const newPerson = (name: string, isOps: boolean, now: number): Person => ({
  name,
  session: { name, session: `${name}1`, signedInAt: Math.floor(now / 1000) - 60, isOps },
  sessions: 1,
  id: undefined,
  handle: "",
  posts: [],
});

const names = ["ada", "bo", "cy", "dee", "eli", "fay", "gus", "hal"];

export function createSociety(
  stage: Stage,
  {
    dice,
    cloud,
    client,
    mirror,
    size,
  }: Pick<Society, "dice" | "cloud" | "client" | "mirror"> & { size: number },
): Society {
  const now = stage.scheduler.now();
  const people = names.slice(0, size).map((name) => newPerson(name, false, now));
  return {
    stage,
    dice,
    cloud,
    client,
    mirror,
    people,
    ops: newPerson("olivia", true, now),
    campaigns: [],
    call: (person, api, name, asked, key) => client.call(person.session, api, name, asked, key),
    others: (person) => people.filter(isMember).filter((other) => other.name !== person.name),
    pause: (from, to) => stage.scheduler.sleep(dice.between(from, to)),
  };
}
