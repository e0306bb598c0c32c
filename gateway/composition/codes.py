"""Every code that composition gives, with what it means: the one registry.

The names are those that Apollo's composition uses, so that tools and habits carry over.
"""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much a hint matters."""

    WARN = "WARN"
    INFO = "INFO"
    DEBUG = "DEBUG"


class Code(msgspec.Struct, frozen=True):
    """An error's code."""

    name: str
    description: str


class HintCode(msgspec.Struct, frozen=True):
    """A hint's code."""

    name: str
    level: Level
    description: str


AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE = Code(
    "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
    "An access rule is applied to an interface, an interface's field or an interface object.",
)
CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS = Code(
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
    "A mandatory argument is set from a context in some subgraphs only.",
)
CONTEXT_INVALID_SELECTION = Code(
    "CONTEXT_INVALID_SELECTION",
    "The selection of a @fromContext does not fit the types that set the context.",
)
CONTEXT_NAME_INVALID = Code(
    "CONTEXT_NAME_INVALID",
    "A context's name is not made of letters and digits alone.",
)
CONTEXT_NOT_SET = Code(
    "CONTEXT_NOT_SET",
    "A @fromContext uses a context that no type sets, or stands where it may not.",
)
CONTEXT_NO_RESOLVABLE_KEY = Code(
    "CONTEXT_NO_RESOLVABLE_KEY",
    "A type that uses a context has no resolvable @key.",
)
COST_APPLIED_TO_INTERFACE_FIELD = Code(
    "COST_APPLIED_TO_INTERFACE_FIELD",
    "@cost is applied to an interface's field.",
)
DEFAULT_VALUE_USES_INACCESSIBLE = Code(
    "DEFAULT_VALUE_USES_INACCESSIBLE",
    "A default value uses an element that is @inaccessible.",
)
DIRECTIVE_COMPOSITION_ERROR = Code(
    "DIRECTIVE_COMPOSITION_ERROR",
    "A directive cannot be composed as @composeDirective asks.",
)
DIRECTIVE_DEFINITION_INVALID = Code(
    "DIRECTIVE_DEFINITION_INVALID",
    "A subgraph defines a specification's directive in another way than the specification.",
)
EMPTY_MERGED_ENUM_TYPE = Code(
    "EMPTY_MERGED_ENUM_TYPE",
    "No value of an enum that is used as input is in all its subgraphs.",
)
EMPTY_MERGED_INPUT_TYPE = Code(
    "EMPTY_MERGED_INPUT_TYPE",
    "No field of an input object is in all its subgraphs.",
)
ENUM_VALUE_MISMATCH = Code(
    "ENUM_VALUE_MISMATCH",
    "An enum used as input and as output has not the same values in all its subgraphs.",
)
EXTENSION_WITH_NO_BASE = Code(
    "EXTENSION_WITH_NO_BASE",
    "A federation 1 subgraph extends a type that no subgraph defines.",
)
EXTERNAL_ARGUMENT_DEFAULT_MISMATCH = Code(
    "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
    "An @external field's argument has another default than where the field is defined.",
)
EXTERNAL_ARGUMENT_MISSING = Code(
    "EXTERNAL_ARGUMENT_MISSING",
    "An @external field lacks an argument of the field's definition.",
)
EXTERNAL_ARGUMENT_TYPE_MISMATCH = Code(
    "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
    "An @external field's argument has a type that does not fit the definition.",
)
EXTERNAL_MISSING_ON_BASE = Code(
    "EXTERNAL_MISSING_ON_BASE",
    "A field is @external in every subgraph that has it.",
)
EXTERNAL_ON_INTERFACE = Code("EXTERNAL_ON_INTERFACE", "A field of an interface is @external.")
EXTERNAL_TYPE_MISMATCH = Code(
    "EXTERNAL_TYPE_MISMATCH",
    "An @external field has a type that does not fit the definition.",
)
EXTERNAL_UNUSED = Code(
    "EXTERNAL_UNUSED",
    "An @external field is used by no directive and no interface.",
)
FIELD_ARGUMENT_DEFAULT_MISMATCH = Code(
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "An argument has different defaults in different subgraphs.",
)
FIELD_ARGUMENT_TYPE_MISMATCH = Code(
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "An argument has types in different subgraphs that do not fit.",
)
FIELD_TYPE_MISMATCH = Code(
    "FIELD_TYPE_MISMATCH",
    "A field has types in different subgraphs that do not fit.",
)
IMPLEMENTED_BY_INACCESSIBLE = Code(
    "IMPLEMENTED_BY_INACCESSIBLE",
    "An @inaccessible field implements an interface's field that is not.",
)
INPUT_FIELD_DEFAULT_MISMATCH = Code(
    "INPUT_FIELD_DEFAULT_MISMATCH",
    "An input field has different defaults in different subgraphs.",
)
INTERFACE_FIELD_NO_IMPLEM = Code(
    "INTERFACE_FIELD_NO_IMPLEM",
    "After merging, a type lacks a field of an interface that it implements.",
)
INTERFACE_KEY_NOT_ON_IMPLEMENTATION = Code(
    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
    "A @key of an interface is missing on a type that implements it.",
)
INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE = Code(
    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
    "A subgraph can be asked for an interface by key, but lacks some of its implementations.",
)
INTERFACE_OBJECT_USAGE_ERROR = Code(
    "INTERFACE_OBJECT_USAGE_ERROR",
    "@interfaceObject is used against its rules.",
)
INVALID_FIELD_SHARING = Code(
    "INVALID_FIELD_SHARING",
    "A field that is not @shareable is resolved by several subgraphs.",
)
INVALID_GRAPHQL = Code("INVALID_GRAPHQL", "A subgraph's schema is not valid GraphQL.")
INVALID_LINK_DIRECTIVE_USAGE = Code(
    "INVALID_LINK_DIRECTIVE_USAGE",
    "A @link is used against its rules.",
)
INVALID_LINK_IDENTIFIER = Code(
    "INVALID_LINK_IDENTIFIER",
    "A @link's url has no readable name and version.",
)
INVALID_SHAREABLE_USAGE = Code(
    "INVALID_SHAREABLE_USAGE",
    "@shareable is used where it may not be, or twice on one declaration.",
)
INVALID_SUBGRAPH_NAME = Code("INVALID_SUBGRAPH_NAME", "A subgraph has a name that may not be used.")
KEY_DIRECTIVE_IN_FIELDS_ARG = Code(
    "KEY_DIRECTIVE_IN_FIELDS_ARG",
    "The fields of a @key hold a directive.",
)
KEY_FIELDS_HAS_ARGS = Code(
    "KEY_FIELDS_HAS_ARGS",
    "The fields of a @key select a field with arguments.",
)
KEY_FIELDS_SELECT_INVALID_TYPE = Code(
    "KEY_FIELDS_SELECT_INVALID_TYPE",
    "The fields of a @key select an interface or a union.",
)
KEY_INVALID_FIELDS = Code(
    "KEY_INVALID_FIELDS",
    "The fields of a @key cannot be read or do not fit the type.",
)
KEY_INVALID_FIELDS_TYPE = Code("KEY_INVALID_FIELDS_TYPE", "The fields of a @key are not a string.")
KEY_UNSUPPORTED_ON_INTERFACE = Code(
    "KEY_UNSUPPORTED_ON_INTERFACE",
    "@key is applied to an interface by a version of federation that lacks it.",
)
LINK_IMPORT_NAME_MISMATCH = Code(
    "LINK_IMPORT_NAME_MISMATCH",
    "A composed directive is imported under different names.",
)
LIST_SIZE_APPLIED_TO_NON_LIST = Code(
    "LIST_SIZE_APPLIED_TO_NON_LIST",
    "@listSize is applied to a field that is no list and names no sized fields, or sizes one.",
)
LIST_SIZE_INVALID_ASSUMED_SIZE = Code(
    "LIST_SIZE_INVALID_ASSUMED_SIZE",
    "The assumed size of @listSize is negative.",
)
LIST_SIZE_INVALID_SIZED_FIELD = Code(
    "LIST_SIZE_INVALID_SIZED_FIELD",
    "A sized field of @listSize is missing.",
)
LIST_SIZE_INVALID_SLICING_ARGUMENT = Code(
    "LIST_SIZE_INVALID_SLICING_ARGUMENT",
    "A slicing argument of @listSize is missing or not an integer.",
)
MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED = Code(
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
    "Satisfiability has more paths to follow than allowed.",
)
MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL = Code(
    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
    "A composed directive is applied to an @external field.",
)
MISSING_TRANSITIVE_AUTH_REQUIREMENTS = Code(
    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
    "A field needs data whose access rules it does not ask for itself.",
)
NO_CONTEXT_IN_SELECTION = Code("NO_CONTEXT_IN_SELECTION", "A @fromContext names no context.")
NO_QUERIES = Code("NO_QUERIES", "No subgraph has a query.")
ONLY_INACCESSIBLE_CHILDREN = Code(
    "ONLY_INACCESSIBLE_CHILDREN",
    "All that a type holds is @inaccessible while the type is not.",
)
OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE = Code(
    "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
    "@override is combined with a directive that excludes it.",
)
OVERRIDE_FROM_SELF_ERROR = Code("OVERRIDE_FROM_SELF_ERROR", "@override names its own subgraph.")
OVERRIDE_LABEL_INVALID = Code(
    "OVERRIDE_LABEL_INVALID",
    "The label of an @override has no valid form.",
)
OVERRIDE_ON_INTERFACE = Code(
    "OVERRIDE_ON_INTERFACE",
    "@override is applied to a field of an interface.",
)
OVERRIDE_SOURCE_HAS_OVERRIDE = Code(
    "OVERRIDE_SOURCE_HAS_OVERRIDE",
    "A field is overridden from a subgraph that overrides it too.",
)
PROVIDES_DIRECTIVE_IN_FIELDS_ARG = Code(
    "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
    "The fields of a @provides hold a directive.",
)
PROVIDES_FIELDS_HAS_ARGS = Code(
    "PROVIDES_FIELDS_HAS_ARGS",
    "The fields of a @provides select a field with arguments.",
)
PROVIDES_FIELDS_MISSING_EXTERNAL = Code(
    "PROVIDES_FIELDS_MISSING_EXTERNAL",
    "The fields of a @provides select a field that is not @external.",
)
PROVIDES_INVALID_FIELDS = Code(
    "PROVIDES_INVALID_FIELDS",
    "The fields of a @provides cannot be read or do not fit the type.",
)
PROVIDES_INVALID_FIELDS_TYPE = Code(
    "PROVIDES_INVALID_FIELDS_TYPE",
    "The fields of a @provides are not a string.",
)
PROVIDES_ON_NON_OBJECT_FIELD = Code(
    "PROVIDES_ON_NON_OBJECT_FIELD",
    "@provides is applied to a field without fields of its own.",
)
PROVIDES_UNSUPPORTED_ON_INTERFACE = Code(
    "PROVIDES_UNSUPPORTED_ON_INTERFACE",
    "@provides is applied to a field of an interface.",
)
QUERY_ROOT_TYPE_INACCESSIBLE = Code(
    "QUERY_ROOT_TYPE_INACCESSIBLE",
    "The query type is @inaccessible.",
)
REFERENCED_INACCESSIBLE = Code(
    "REFERENCED_INACCESSIBLE",
    "An element that clients see refers to a type that is @inaccessible.",
)
REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH = Code(
    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    "A mandatory argument is missing in a subgraph that has the field.",
)
REQUIRED_INACCESSIBLE = Code(
    "REQUIRED_INACCESSIBLE",
    "A mandatory argument or input field is @inaccessible.",
)
REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH = Code(
    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    "A mandatory input field is missing in a subgraph that has the type.",
)
REQUIRES_DIRECTIVE_IN_FIELDS_ARG = Code(
    "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
    "The fields of a @requires hold a directive.",
)
REQUIRES_FIELDS_MISSING_EXTERNAL = Code(
    "REQUIRES_FIELDS_MISSING_EXTERNAL",
    "The fields of a @requires select a field that is not @external.",
)
REQUIRES_INVALID_FIELDS = Code(
    "REQUIRES_INVALID_FIELDS",
    "The fields of a @requires cannot be read or do not fit the type.",
)
REQUIRES_INVALID_FIELDS_TYPE = Code(
    "REQUIRES_INVALID_FIELDS_TYPE",
    "The fields of a @requires are not a string.",
)
REQUIRES_UNSUPPORTED_ON_INTERFACE = Code(
    "REQUIRES_UNSUPPORTED_ON_INTERFACE",
    "@requires is applied to a field of an interface.",
)
ROOT_MUTATION_USED = Code(
    "ROOT_MUTATION_USED",
    "A type is called Mutation without being the mutation type.",
)
ROOT_QUERY_USED = Code("ROOT_QUERY_USED", "A type is called Query without being the query type.")
ROOT_SUBSCRIPTION_USED = Code(
    "ROOT_SUBSCRIPTION_USED",
    "A type is called Subscription without being the subscription type.",
)
SATISFIABILITY_ERROR = Code(
    "SATISFIABILITY_ERROR",
    "A query that the supergraph allows cannot be answered by the subgraphs.",
)
SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES = Code(
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    "A shared field's possible types have nothing in common across subgraphs.",
)
TYPE_DEFINITION_INVALID = Code(
    "TYPE_DEFINITION_INVALID",
    "A subgraph defines a specification's type in another way than the specification.",
)
TYPE_KIND_MISMATCH = Code(
    "TYPE_KIND_MISMATCH",
    "A type is of different kinds in different subgraphs.",
)
TYPE_WITH_ONLY_UNUSED_EXTERNAL = Code(
    "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
    "A federation 1 type holds nothing but unused @external fields.",
)
UNKNOWN_FEDERATION_LINK_VERSION = Code(
    "UNKNOWN_FEDERATION_LINK_VERSION",
    "A @link asks for a version of federation that is not known.",
)
UNKNOWN_LINK_VERSION = Code(
    "UNKNOWN_LINK_VERSION",
    "A @link asks for a version of a known specification that is not known.",
)

CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS_HINT = HintCode(
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
    Level.INFO,
    "An optional argument is set from a context in some subgraphs only; it is dropped.",
)
DIRECTIVE_COMPOSITION_INFO = HintCode(
    "DIRECTIVE_COMPOSITION_INFO",
    Level.INFO,
    "Something about a composed directive is worth knowing.",
)
DIRECTIVE_COMPOSITION_WARN = HintCode(
    "DIRECTIVE_COMPOSITION_WARN",
    Level.WARN,
    "A composed directive may be wrong.",
)
FROM_SUBGRAPH_DOES_NOT_EXIST = HintCode(
    "FROM_SUBGRAPH_DOES_NOT_EXIST",
    Level.WARN,
    "@override names a subgraph that does not exist.",
)
IMPLICITLY_UPGRADED_FEDERATION_VERSION = HintCode(
    "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
    Level.INFO,
    "A subgraph's links need a newer federation version than it links.",
)
INCONSISTENT_ARGUMENT_PRESENCE = HintCode(
    "INCONSISTENT_ARGUMENT_PRESENCE",
    Level.WARN,
    "An optional argument is not in all subgraphs, so it is left out.",
)
INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE = HintCode(
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
    Level.INFO,
    "An argument's types differ but fit; the narrowest is used.",
)
INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE = HintCode(
    "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
    Level.INFO,
    "A field's types differ but fit; the widest is used.",
)
INCONSISTENT_DEFAULT_VALUE_PRESENCE = HintCode(
    "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
    Level.WARN,
    "A default is given in some subgraphs only, so it is left out.",
)
INCONSISTENT_DESCRIPTION = HintCode(
    "INCONSISTENT_DESCRIPTION",
    Level.WARN,
    "An element is described differently across subgraphs.",
)
INCONSISTENT_ENTITY = HintCode(
    "INCONSISTENT_ENTITY",
    Level.INFO,
    "A type is an entity in some subgraphs only.",
)
INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM = HintCode(
    "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
    Level.WARN,
    "A value of an input enum is not in all subgraphs, so it is left out.",
)
INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM = HintCode(
    "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
    Level.DEBUG,
    "A value of an output enum is not in all subgraphs.",
)
INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS = HintCode(
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
    Level.WARN,
    "An executable directive's locations differ; the common ones are used.",
)
INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE = HintCode(
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
    Level.WARN,
    "An executable directive is not in all subgraphs, so it is left out.",
)
INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE = HintCode(
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
    Level.WARN,
    "An executable directive is repeatable in some subgraphs only.",
)
INCONSISTENT_INPUT_OBJECT_FIELD = HintCode(
    "INCONSISTENT_INPUT_OBJECT_FIELD",
    Level.WARN,
    "An input field is not in all subgraphs, so it is left out.",
)
INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD = HintCode(
    "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
    Level.DEBUG,
    "An interface's field is not in all its subgraphs.",
)
INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = HintCode(
    "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    Level.WARN,
    "A directive is applied with different arguments; the most frequent are used.",
)
INCONSISTENT_OBJECT_VALUE_TYPE_FIELD = HintCode(
    "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
    Level.DEBUG,
    "A value type's field is not in all its subgraphs.",
)
INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN = HintCode(
    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
    Level.WARN,
    "A shared field's possible types differ across subgraphs.",
)
INCONSISTENT_UNION_MEMBER = HintCode(
    "INCONSISTENT_UNION_MEMBER",
    Level.DEBUG,
    "A member of a union is not in all its subgraphs.",
)
MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = HintCode(
    "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    Level.INFO,
    "A directive's differing arguments were merged.",
)
NO_EXECUTABLE_DIRECTIVE_INTERSECTION = HintCode(
    "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
    Level.INFO,
    "An executable directive has no location that all subgraphs share.",
)
OVERRIDDEN_FIELD_CAN_BE_REMOVED = HintCode(
    "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
    Level.INFO,
    "An overridden field has no use any more.",
)
OVERRIDE_DIRECTIVE_CAN_BE_REMOVED = HintCode(
    "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
    Level.INFO,
    "The overridden field is gone, so @override has no use any more.",
)
OVERRIDE_MIGRATION_IN_PROGRESS = HintCode(
    "OVERRIDE_MIGRATION_IN_PROGRESS",
    Level.INFO,
    "A field is being moved by a progressive @override.",
)
UNUSED_ENUM_TYPE = HintCode("UNUSED_ENUM_TYPE", Level.DEBUG, "An enum is used nowhere.")

ERRORS = {code.name: code for code in tuple(globals().values()) if isinstance(code, Code)}
HINTS = {code.name: code for code in tuple(globals().values()) if isinstance(code, HintCode)}
