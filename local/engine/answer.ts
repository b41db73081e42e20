/** A request to the engine and its answer on the wire, whatever carries them: a socket or a message port. */
import { crc32 } from "node:zlib";
import type { Engine } from "./engine.ts";
import { AwsError, serialization } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";

export type EngineRequest = {
  /** As in `X-Amz-Target`. */
  readonly target: string;
  /** The header that names the caller's access key. */
  readonly authorization: string;
  /** Where it was sent to, for example `127.0.0.1:4100`: queue URLs in replies begin with it. Absent, with AWS's own. */
  readonly host?: string;
  readonly body: string;
};

export type EngineAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** DynamoDB takes requests of up to 16 MB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CREDENTIAL = /Credential=([^/,\s]+)\//;

/**
 * @param signal aborted when the caller is gone: it ends a long poll.
 * @throws NoReplyError where a fault takes the reply away: the connection is to be cut. Whatever else is thrown is a bug of
 * the engine itself; {@link failure} puts it into words.
 */
export async function answerOf(
  engine: Engine,
  { target, authorization, host, body }: EngineRequest,
  signal?: AbortSignal,
): Promise<EngineAnswer> {
  const accessKeyId = CREDENTIAL.exec(authorization)?.[1];
  try {
    const reply = await engine.call(target, parseBody(body), {
      ...(accessKeyId !== undefined && { accessKeyId }),
      ...(host !== undefined && { origin: `http://${host}` }),
      ...(signal !== undefined && { signal }),
    });
    return answer(200, reply);
  } catch (error) {
    if (error instanceof AwsError) return refusal(error);
    throw error;
  }
}

/** What AWS answers when it fails itself. */
export function failure(error: unknown): EngineAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return answer(500, { __type: "com.amazonaws.engine#InternalFailure", message });
}

/** An error as AWS answers it. */
export function refusal(error: AwsError): EngineAnswer {
  const { headers, ...rest } = answer(error.status, error.toBody());
  if (error.queryCode === undefined) return { headers, ...rest };
  const side = error.status < 500 ? "Sender" : "Receiver";
  return { ...rest, headers: { ...headers, "x-amzn-query-error": `${error.queryCode};${side}` } };
}

function answer(status: number, content: JsonObject): EngineAnswer {
  const body = JSON.stringify(content);
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": crypto.randomUUID(),
      "x-amz-crc32": String(crc32(body)),
    },
    body,
  };
}

export const tooLarge = (): AwsError => serialization("the request is larger than 16 MB");

function parseBody(text: string): JsonObject {
  if (text.length > MAX_BODY_BYTES) throw tooLarge();
  try {
    const body: unknown = text === "" ? {} : JSON.parse(text);
    if (isObject(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw serialization("the body is not a JSON object");
}
