"""Five lessons more."""

from __future__ import annotations

from backlit.practice.lessons.lesson import Evidence, Lesson, LessonTexts

FURTHER: tuple[Lesson, ...] = (
    Lesson(
        "vanishing-gradient",
        "sigmoid(w4 * sigmoid(w3 * sigmoid(w2 * sigmoid(w1 * x))))",
        {"w4": 1, "w3": 1, "w2": 1, "w1": 1, "x": 1},
        {
            "en": LessonTexts(
                "The vanishing gradient",
                "Four sigmoid layers, one behind the other; every weight is 1.",
                "How large is the gradient of the first weight, w1, beside that of the last, w4?",
                ("About a seventieth", "About a half", "The same"),
                "Each sigmoid on the way multiplies by its slope, which is never above 1/4: .0022 against .15. Relu, "
                "whose slope is 1, and careful starting weights are the usual cure.",
            ),
            "ko": LessonTexts(
                "사라지는 기울기",
                "시그모이드 층 네 개가 이어져 있고 가중치는 모두 1입니다.",
                "첫 가중치 w1의 기울기는 마지막 가중치 w4의 기울기와 견주어 얼마나 클까요?",
                ("70분의 1쯤", "절반쯤", "같다"),
                "지나는 시그모이드마다 그 기울기가 곱해지는데, 이는 1/4을 넘지 못합니다. 0.0022와 0.15입니다. "
                "기울기가 1인 relu와 "
                "알맞은 초기 가중치가 흔한 처방입니다.",
            ),
        },
        (Evidence("w1", 0.002164), Evidence("w4", 0.1487)),
        network={"data": "circles", "hidden": [[4, "sigmoid"]] * 4},
    ),
    Lesson(
        "dead-relu",
        "(relu(w * x + b) - y)**2",
        {"w": 1, "x": 1, "b": -3, "y": 2},
        {
            "en": LessonTexts(
                "The dead relu",
                "A relu whose input is below 0 answers 0.",
                "The answer is 0 and should be 2. How does w move?",
                ("Not at all", "Up, so that the answer grows", "Down, as b is negative"),
                "z = w · x + b = -2, and below 0 the slope of relu is 0: nothing passes. If that is so for every "
                "row, the "
                "neuron is dead for good; a smaller rate or leaky relu helps.",
            ),
            "ko": LessonTexts(
                "죽은 relu",
                "relu는 들어오는 값이 0보다 작으면 0을 냅니다.",
                "출력은 0인데 2가 되어야 합니다. w는 어떻게 움직일까요?",
                ("움직이지 않는다", "출력이 커지도록 커진다", "b가 음수이므로 작아진다"),
                "z = w · x + b = -2이고, 0보다 작은 곳에서 relu의 기울기는 0이므로 아무것도 지나가지 못합니다. "
                "모든 행에서 그렇다면 이 "
                "뉴런은 영영 배우지 못합니다. 학습률을 낮추거나 leaky relu를 쓰면 나아집니다.",
            ),
        },
        (Evidence("w", 0.0), Evidence("", 4.0)),
        network={"data": "circles", "hidden": [[4, "relu"]]},
    ),
    Lesson(
        "xor",
        "relu(x0 + x1) - 2 * relu(x0 + x1 - 1)",
        {"x0": 1, "x1": 1},
        {
            "en": LessonTexts(
                "XOR needs a hidden layer",
                "XOR is 1 where exactly one of two inputs is 1.",
                "Can one neuron without a hidden layer learn it?",
                ("No, whatever its weights", "Yes, with enough epochs", "Yes, with a sigmoid"),
                "One neuron cuts the plane with one straight line, and no line has (0, 1) and (1, 0) on one side "
                "and the "
                "other two on the other. Two hidden relus do it: try all four inputs in this circuit.",
            ),
            "ko": LessonTexts(
                "XOR에는 은닉층이 필요하다",
                "XOR은 두 입력 가운데 하나만 1일 때 1입니다.",
                "은닉층 없이 뉴런 하나로 배울 수 있을까요?",
                ("가중치가 무엇이든 안 된다", "에포크가 충분하면 된다", "시그모이드를 쓰면 된다"),
                "뉴런 하나는 평면을 직선 하나로 나눕니다. (0, 1)과 (1, 0)을 한쪽에, 나머지 둘을 다른 쪽에 두는 "
                "직선은 없습니다. 은닉 "
                "relu 두 개면 됩니다. 이 회로에 네 가지 입력을 모두 넣어 보세요.",
            ),
        },
        (
            Evidence("", 0.0),
            Evidence("", 1.0, {"x0": 0, "x1": 1}),
            Evidence("", 1.0, {"x0": 1, "x1": 0}),
            Evidence("", 0.0, {"x0": 0, "x1": 0}),
        ),
        network={"data": "xor", "hidden": []},
    ),
    Lesson(
        "cancelling",
        "sum(-y * log(softmax(z)))",
        {"z": [0, 1, 2], "y": [1, 0, 0]},
        {
            "en": LessonTexts(
                "Softmax with cross entropy cancels",
                "Two gates with long derivatives, one behind the other.",
                "What is the gradient of the scores z, softmax's outputs being a?",
                ("a - y", "(a - y) · a · (1 - a)", "-y / a"),
                "Softmax's slope a(1 - a) and the logarithm's 1/a cancel, and a - y is left: how far off the "
                "output is. "
                "So a network that is badly wrong learns fast.",
            ),
            "ko": LessonTexts(
                "소프트맥스와 교차 엔트로피는 약분된다",
                "미분이 긴 게이트 둘이 이어져 있습니다.",
                "소프트맥스의 출력이 a일 때, 점수 z의 기울기는 무엇일까요?",
                ("a - y", "(a - y) · a · (1 - a)", "-y / a"),
                "소프트맥스의 기울기 a(1 - a)와 로그의 1/a이 약분되어 a - y만 남습니다. 출력이 얼마나 벗어났는지 "
                "그대로입니다. 그래서 "
                "크게 틀린 신경망이 빨리 배웁니다.",
            ),
        },
        (Evidence("z[0]", -0.91), Evidence("z[1]", 0.2447), Evidence("z[2]", 0.6652)),
        network={"data": "petals", "hidden": [[4, "tanh"]]},
    ),
    Lesson(
        "momentum",
        "rate * (g3 + beta * (g2 + beta * g1))",
        {"rate": 1, "g3": 1, "beta": 0.9, "g2": 1, "g1": 1},
        {
            "en": LessonTexts(
                "Momentum",
                "A step with momentum: the gradients before count on, each time a little less.",
                "The gradient was the same three times, and beta is .9. How long is the third step beside the first?",
                ("2.71 times as long", "As long", "0.9 times as long"),
                "1 + .9 + .81 = 2.71, and in the end 1 / (1 - .9) = 10. Where gradients alternate in sign they "
                "cancel: put "
                "in g2 = -1. So a valley is crossed less and followed faster.",
            ),
            "ko": LessonTexts(
                "모멘텀",
                "모멘텀이 있는 걸음입니다. 앞선 기울기도 조금씩 줄어들며 계속 작용합니다.",
                "기울기가 세 번 모두 같고 beta는 0.9입니다. 셋째 걸음은 첫걸음의 몇 배일까요?",
                ("2.71배", "1배", "0.9배"),
                "1 + 0.9 + 0.81 = 2.71이고, 끝내는 1 / (1 - 0.9) = 10배가 됩니다. 부호가 번갈아 바뀌면 서로 "
                "지워집니다. g2 = -1을 "
                "넣어 보세요. 그래서 골짜기를 덜 가로지르고 골짜기를 따라 더 빨리 갑니다.",
            ),
        },
        (Evidence("", 2.71), Evidence("g1", 0.81), Evidence("", 0.91, {"g2": -1})),
        network={"data": "moons", "hidden": [[4, "tanh"]], "optimizer": "sgd"},
    ),
)
"""After the lecture's."""
