// Stands in for the modules with which Pulumi's SDK turns functions into text (jest.config.js). It takes nothing but functions from them.
const refuse = () => {
    throw new Error("No function is turned into text in a test's own process: start a program.");
};
module.exports = new Proxy({}, { get: (_, name) => (typeof name === "symbol" ? undefined : refuse) });
