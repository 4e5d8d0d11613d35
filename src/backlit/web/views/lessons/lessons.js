// Lessons: cards with circuits that move; a lesson asks for a prediction, then reveals why, and opens its circuit.
import {byId, element, given, lang, newest, post, showCircuit, word} from "/static/common.js";
import {onBack, readLink, writeLink} from "/static/link.js";

const {lessons} = given;
const texts = (lesson) => lesson.texts[lang] ?? lesson.texts.en;
const fragment = (values) => `#${new URLSearchParams(values)}`;
let shown = null; // the lesson that is open

function card(lesson, at) {
  const {title, about} = texts(lesson), number = lesson.lecture ? `${at + 1}. ` : "";
  const picture = element("img", {src: `/api/lesson?${new URLSearchParams({name: lesson.name, lang})}`, alt: "", loading: "lazy"});
  return element("li", {}, element("a", {href: fragment({lesson: lesson.name})}, picture,
    element("div", {class: "words"}, element("h3", {}, number + title), element("p", {}, about))));
}

function open(lesson) {
  shown = lesson;
  byId("cards").hidden = Boolean(lesson);
  byId("lesson").hidden = !lesson;
  if (!lesson) return;
  const {title, about, question, answers} = texts(lesson), at = lessons.indexOf(lesson);
  byId("lesson-title").textContent = lesson.lecture ? `${at + 1}. ${title}` : title;
  byId("about").textContent = about;
  byId("lesson-formula").textContent = lesson.formula;
  byId("lesson-values").textContent = Object.entries(lesson.values).map(([name, value]) => `${name} = ${Array.isArray(value) ? `[${value.join(", ")}]` : value}`).join(", ");
  byId("question").textContent = question;
  byId("answers").replaceChildren(...answers.map(([answer, right]) =>
    element("button", {type: "button", onclick: ({currentTarget}) => reveal(lesson, right, currentTarget)}, answer)));
  for (const id of ["reveal", "onward", "circuit-card"]) byId(id).hidden = true;
  byId("verdict").textContent = "";
  byId("circuit").replaceChildren();
  for (const [id, other] of [["before", lessons[at - 1]], ["next", lessons[at + 1]]]) {
    byId(id).hidden = !other;
    if (other) byId(id).setAttribute("href", fragment({lesson: other.name}));
  }
  byId("own").setAttribute("href", `/circuit?lang=${lang}${fragment({formula: lesson.formula, values: JSON.stringify(lesson.values)})}`);
  byId("train").hidden = !lesson.network.data;
  byId("train").setAttribute("href", `/network?lang=${lang}${fragment({choices: JSON.stringify(lesson.network)})}`);
}

const draw = newest(async (signal, lesson) => {
  const answer = await post("/api/circuit", {expression: lesson.formula, values: lesson.values, lang}, signal);
  if (shown === lesson) showCircuit(byId("circuit"), answer.frame, texts(lesson).title);
});

function reveal(lesson, right, pressed) {
  const {answers, reveal: why} = texts(lesson), [answer] = answers.find(([, isRight]) => isRight);
  for (const button of byId("answers").children) {
    button.disabled = true;
    if (button.textContent === answer) button.dataset.right = "true";
  }
  if (!right) pressed.dataset.right = "false";
  byId("verdict").textContent = right ? word("was_right") : word("was_wrong", {answer});
  byId("reveal").textContent = why;
  for (const id of ["reveal", "onward", "circuit-card"]) byId(id).hidden = false;
  draw(lesson);
}

function arrive() {
  const link = readLink(["lesson"]), lesson = link?.lesson ? lessons.find(({name}) => name === link.lesson) : null;
  byId("notes").textContent = link?.lesson && !lesson ? word("link_refused") : link ? "" : byId("notes").textContent;
  if (link?.lesson && !lesson) writeLink({});
  open(lesson ?? null);
  scrollTo(0, 0);
}

lessons.forEach((lesson, at) => byId(lesson.lecture ? "lecture" : "more").append(card(lesson, at)));
onBack(arrive);
arrive();
