/** Gives a test the content of a `.sql` file as its import, as the bundler does. */
exports.process = (content) => ({ code: `module.exports = ${JSON.stringify(content)};` });
