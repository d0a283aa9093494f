/**
 * Reports `const work = begin(); await other(); await work;`. Where `work` fails while the program waits for `other`, nobody handles the
 * failure yet, and Node.js ends the process with a stack trace; the same goes for a list of such work. Wait for both together
 * (command-line/together.ts), or begin the one only when you wait for it.
 */
const FUNCTIONS = /Function/;

function functionOf({ parent }) {
    return !parent || FUNCTIONS.test(parent.type) ? parent : functionOf(parent);
}

/** True for work that handles its own failure, whenever that comes. */
function isHeard({ type, callee }) {
    return type === "CallExpression" && callee.type === "MemberExpression" && callee.property.name === "catch";
}

export default {
    meta: {
        type: "problem",
        schema: [],
        messages: { late: "{{name}} may fail before it is waited for, and nobody hears: wait for all together." },
    },
    create(context) {
        const { sourceCode } = context;
        const services = sourceCode.parserServices;
        const checker = services.program.getTypeChecker();
        const isPromise = (type) =>
            type.isUnion() ? type.types.some(isPromise) : type.getSymbol()?.name === "Promise";
        const holdsPromises = (type) =>
            checker.isArrayLikeType(type) && checker.getTypeArguments(type).some((item) => isPromise(item));
        const declared = [];
        const awaits = [];
        return {
            VariableDeclarator(node) {
                if (node.init && node.id.type === "Identifier" && !isHeard(node.init)) {
                    const type = services.getTypeAtLocation(node.init);
                    if (isPromise(type) || holdsPromises(type)) {
                        declared.push(node);
                    }
                }
            },
            AwaitExpression: (node) => void awaits.push(node),
            "Program:exit"() {
                for (const node of declared) {
                    const [variable] = sourceCode.getDeclaredVariables(node);
                    const used = variable.references.find(({ init }) => !init)?.identifier.range[0] ?? Infinity;
                    const around = functionOf(node);
                    const between = awaits.some(
                        (other) =>
                            functionOf(other) === around && other.range[0] > node.range[1] && other.range[1] <= used,
                    );
                    if (between) {
                        context.report({ node, messageId: "late", data: { name: node.id.name } });
                    }
                }
            },
        };
    },
};
