import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { parse } from "graphql";
import { useEffect, useRef } from "react";

/** Answers the first tab at the first look, if it only reads: who comes by sees at once what the graph gives. */
export function FirstRun() {
  const { run } = useGraphiQLActions();
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick("queryEditor", "variableEditor", "responseEditor"),
  );
  const hasRun = useRef(false);
  useEffect(() => {
    if (hasRun.current || !queryEditor || !variableEditor || !responseEditor) return;
    hasRun.current = true;
    if (onlyReads(queryEditor.getValue())) void run();
  }, [run, queryEditor, variableEditor, responseEditor]);
  return null;
}

function onlyReads(document: string): boolean {
  try {
    return parse(document).definitions.every(
      (definition) => definition.kind !== "OperationDefinition" || definition.operation === "query",
    );
  } catch {
    return false; // an empty tab, too
  }
}
