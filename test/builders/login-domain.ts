/** A login domain for tests: answers forms as it is told to, and remembers them. */
import { createServer, type ServerResponse } from "node:http";

export type PostedForm = { readonly path: string; readonly form: Readonly<Record<string, string>> };

/** `hang` never answers; `cut` ends the connection without an answer. */
export type LoginDomainAnswer = { readonly status: number; readonly body?: unknown } | "hang" | "cut";

export type LoginDomain = {
  readonly url: string;
  readonly posted: PostedForm[];
  /** Answers in turn; the last one stays. */
  readonly answer: (...answers: readonly [LoginDomainAnswer, ...LoginDomainAnswer[]]) => void;
  readonly close: () => Promise<void>;
};

function reply(response: ServerResponse, answer: LoginDomainAnswer): void {
  if (answer === "hang") return;
  if (answer === "cut") {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
}

export async function startLoginDomain(): Promise<LoginDomain> {
  const posted: PostedForm[] = [];
  let answers: LoginDomainAnswer[] = [{ status: 200 }];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    posted.push({ path: request.url ?? "", form: Object.fromEntries(new URLSearchParams(text)) });
    const [next = "hang"] = answers;
    if (answers.length > 1) answers = answers.slice(1);
    reply(response, next);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    posted,
    answer: (...given) => {
      answers = [...given];
      posted.length = 0;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
