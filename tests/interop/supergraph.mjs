// Loads a supergraph into a JavaScript gateway and answers queries with it.
// Stdin: {"supergraph": SDL, "queries": [text]}; stdout: {"roots": {type: [field]}, "answers": [result]}
import { text } from 'node:stream/consumers';

import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { normalizedExecutor } from '@graphql-tools/executor';
import { parse } from 'graphql';

const { supergraph, queries } = JSON.parse(await text(process.stdin));
const schema = getStitchedSchemaFromSupergraphSdl({ supergraphSdl: supergraph });
const roots = {};
for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
  if (type) roots[type.name] = Object.keys(type.getFields()).sort();
}
const answers = [];
for (const query of queries) answers.push(await normalizedExecutor({ schema, document: parse(query) }));
process.stdout.write(JSON.stringify({ roots, answers }));
