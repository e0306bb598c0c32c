import {
  Kind,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type FieldNode,
  type GraphQLSchema,
} from "graphql";

import type { LiveRequest } from "./model";

const AFTER = "after";

/** The same subscription, from after the cursor on; null if its field cannot resume, as the newest state comes first anyway. */
export function after(request: LiveRequest, cursor: string, schema: GraphQLSchema): LiveRequest | null {
  const types = new TypeInfo(schema);
  const variables: Record<string, unknown> = {};
  let resumes = false;
  const document = visit(
    parse(request.query),
    visitWithTypeInfo(types, {
      Field(node) {
        const isRoot = types.getParentType() === schema.getSubscriptionType();
        if (!isRoot || !types.getFieldDef()?.args.some(({ name }) => name === AFTER)) return undefined;
        resumes = true;
        const own = node.arguments?.find(({ name }) => name.value === AFTER);
        if (own?.value.kind !== Kind.VARIABLE) return withArgument(node, cursor);
        variables[own.value.name.value] = cursor; // a variable that nothing uses would be an error
        return undefined;
      },
    }),
  );
  if (!resumes) return null;
  return { ...request, query: print(document), variables: { ...request.variables, ...variables } };
}

function withArgument(field: FieldNode, cursor: string): FieldNode {
  const others = field.arguments?.filter(({ name }) => name.value !== AFTER) ?? [];
  const argument: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: AFTER },
    value: { kind: Kind.STRING, value: cursor },
  };
  return { ...field, arguments: [...others, argument] };
}
