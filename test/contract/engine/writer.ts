/** A process that writes transactions for ever and says which were acknowledged; killed by the durability test. */
import { createEngine } from "../../../local/engine/engine.ts";

const [file = ""] = process.argv.slice(2);
const engine = createEngine({ file });

for (let number = 0; ; number += 1) {
  const put = (pk: string) => ({ Put: { TableName: "things", Item: { pk: { S: pk } } } });
  await engine.call("DynamoDB_20120810.TransactWriteItems", {
    TransactItems: [put(`left-${number}`), put(`right-${number}`)],
  });
  await engine.call("AmazonSQS.SendMessage", { QueueUrl: "work", MessageBody: String(number) });
  await new Promise((resolve) => process.stdout.write(`${number}\n`, resolve));
}
