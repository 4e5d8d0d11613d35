"""The lecture's ten stops."""

from __future__ import annotations

from backlit.practice.lessons.lesson import Evidence, Lesson, LessonTexts

LECTURE: tuple[Lesson, ...] = (
    Lesson(
        "one-weight",
        "(y - (w21 * sigmoid(w11 * x1) + w22 * sigmoid(w12 * x1)))**2",
        {"y": 1, "w21": 0, "w11": 1, "x1": 2, "w22": 1, "w12": -1},
        {
            "en": LessonTexts(
                "One weight",
                "A loss, and one weight deep inside: how does the loss change when the weight does?",
                "The weight w21 behind the first neuron is 0. What is ∂L/∂w11?",
                ("0", "as large as ∂L/∂w12", "it depends on x1"),
                "Every way from L back to w11 passes w21, and the gradient is multiplied by it: times 0 nothing is "
                "left. A neuron that nobody listens to does not learn.",
            ),
            "ko": LessonTexts(
                "가중치 하나",
                "손실이 있고, 안쪽 깊은 곳에 가중치가 하나 있습니다. 가중치가 바뀌면 손실은 얼마나 바뀔까요?",
                "첫째 뉴런 뒤의 가중치 w21이 0입니다. ∂L/∂w11은 얼마일까요?",
                ("0", "∂L/∂w12와 같은 크기", "x1에 따라 다르다"),
                "L에서 w11로 돌아가는 길은 모두 w21을 지나고, 기울기에는 그때 w21이 곱해집니다. 0을 곱하면 남는 "
                "것이 없습니다. "
                "아무도 듣지 않는 뉴런은 배우지 못합니다.",
            ),
        },
        (Evidence("w11", 0.0), Evidence("w12", -0.3699)),
        "1-one-weight",
    ),
    Lesson(
        "circuits",
        "(x + y) * z",
        {"x": -2, "y": 5, "z": -4},
        {
            "en": LessonTexts(
                "Circuits",
                "A formula taken apart into gates: values go forward, gradients come back.",
                "x = -2, y = 5, z = -4. What is ∂f/∂x?",
                ("-4", "3", "-12"),
                "The product passes z = -4 back to the sum q = x + y, and a sum passes on what it gets: ∂f/∂x = -4 "
                "· 1.",
            ),
            "ko": LessonTexts(
                "계산 그래프",
                "식을 게이트로 나눕니다. 값은 앞으로 가고, 기울기는 거꾸로 돌아옵니다.",
                "x = -2, y = 5, z = -4일 때 ∂f/∂x는 얼마일까요?",
                ("-4", "3", "-12"),
                "곱셈은 합 q = x + y 쪽으로 z = -4를 돌려보내고, 덧셈은 받은 것을 그대로 넘깁니다. 그래서 ∂f/∂x = "
                "-4 · 1입니다.",
            ),
        },
        (Evidence("x", -4.0), Evidence("z", 3.0)),
        "2-circuits",
    ),
    Lesson(
        "patterns",
        "2 * (x * y + max(z, w))",
        {"x": 3, "y": -4, "z": 2, "w": -1},
        {
            "en": LessonTexts(
                "Patterns",
                "Add distributes the gradient, max routes it, mul switches its inputs.",
                "max(z, w) with z = 2 and w = -1. Which gradient does w get?",
                ("0", "2", "-1"),
                "max passes all of the gradient to the input that it chose, here z. A little more or less of w "
                "changes "
                "nothing, so its gradient is 0.",
            ),
            "ko": LessonTexts(
                "패턴",
                "덧셈은 기울기를 나누어 주고, max는 한쪽으로 보내고, 곱셈은 두 입력을 바꾸어 곱합니다.",
                "z = 2, w = -1일 때 max(z, w)에서 w가 받는 기울기는 얼마일까요?",
                ("0", "2", "-1"),
                "max는 고른 입력, 여기서는 z에 기울기를 모두 보냅니다. w를 조금 바꾸어도 결과는 그대로이므로 "
                "기울기가 0입니다.",
            ),
        },
        (Evidence("w", 0.0), Evidence("z", 2.0)),
        "3-patterns",
    ),
    Lesson(
        "softmax",
        "sum(-y * log(softmax(z)))",
        {"z": [1, 2, 4], "y": [0, 0, 1]},
        {
            "en": LessonTexts(
                "Softmax",
                "Scores become probabilities: each is positive, and together they are 1.",
                "All three scores rise by 1. What happens to the loss?",
                ("It stays as it is", "It rises", "It falls"),
                "Every e^z grows by the same factor e, which cancels in the fraction. So the gradients of the "
                "scores add "
                "up to 0.",
            ),
            "ko": LessonTexts(
                "소프트맥스",
                "점수를 확률로 바꿉니다. 모두 양수이고 더하면 1입니다.",
                "세 점수가 모두 1씩 커지면 손실은 어떻게 될까요?",
                ("그대로다", "커진다", "작아진다"),
                "e^z가 모두 똑같이 e배가 되고, 분수에서 약분됩니다. 그래서 점수들의 기울기를 더하면 0입니다.",
            ),
        },
        (Evidence("", 0.1698), Evidence("", 0.1698, {"z": [2, 3, 5]})),
        "4-softmax",
    ),
    Lesson(
        "losses",
        "-(y * log(a) + (1 - y) * log(1 - a))",
        {"y": 0, "a": 0.98},
        {
            "en": LessonTexts(
                "Losses",
                "Cross entropy is the price of a wrong probability.",
                "The target is 0 and the output is a = .98: sure, and wrong. How large is ∂C/∂a?",
                ("50", "0.98", "3.9"),
                "∂C/∂a = 1 / (1 - a) = 1 / .02 = 50. The surer the mistake, the steeper the loss. The squared "
                "error's "
                "slope is never more than 1 here.",
            ),
            "ko": LessonTexts(
                "손실 함수",
                "교차 엔트로피는 틀린 확률에 매기는 값입니다.",
                "목표는 0인데 출력이 a = 0.98입니다. 확신하면서 틀렸습니다. ∂C/∂a는 얼마일까요?",
                ("50", "0.98", "3.9"),
                "∂C/∂a = 1 / (1 - a) = 1 / 0.02 = 50입니다. 확신하면서 틀릴수록 가파릅니다. 제곱 오차라면 여기서 "
                "1을 넘지 못합니다.",
            ),
        },
        (Evidence("a", 50.0), Evidence("", 3.912)),
        "5-losses",
    ),
    Lesson(
        "two-models",
        "-(log(p1) + log(p2) + log(p3)) / 3",
        {"p1": 0.4, "p2": 0.4, "p3": 0.1},
        {
            "en": LessonTexts(
                "Two models",
                "Two models are right on two of three rows. The p are what they give the true class.",
                "Model 1 gives .4, .4, .1, model 2 gives .7, .7, .4. Which has the smaller cross entropy?",
                ("Model 2", "Model 1", "Both the same: each is wrong once"),
                "1.38 against .54. Counting mistakes cannot tell them apart; cross entropy sees that model 2 is "
                "surer "
                "where it is right and less wrong where it is wrong.",
            ),
            "ko": LessonTexts(
                "두 모델",
                "두 모델 모두 세 행 가운데 둘을 맞혔습니다. p는 정답 클래스에 준 확률입니다.",
                "모델 1은 0.4, 0.4, 0.1을, 모델 2는 0.7, 0.7, 0.4를 주었습니다. 교차 엔트로피는 어느 쪽이 작을까요?",
                ("모델 2", "모델 1", "같다: 둘 다 한 번씩 틀렸다"),
                "1.38과 0.54입니다. 틀린 개수로는 둘을 가릴 수 없습니다. 교차 엔트로피는 모델 2가 맞힐 때 더 "
                "확신하고 틀릴 때 덜 "
                "틀렸다는 것을 봅니다.",
            ),
        },
        (Evidence("", 1.3784), Evidence("", 0.5432, {"p1": 0.7, "p2": 0.7, "p3": 0.4})),
        "6-two-models",
    ),
    Lesson(
        "four-equations",
        "(sigmoid(w * x + b) - y)**2 / 2",
        {"w": 0.5, "x": 2, "b": -1, "y": 1},
        {
            "en": LessonTexts(
                "The four equations",
                "Backpropagation in four lines; the first one is the error δ of the last layer.",
                "Which factors is δ = ∂C/∂z made of?",
                ("(a - y) · σ'(z)", "(a - y) · x", "σ'(z) alone"),
                "Here a = .5, so δ = (.5 - 1) · .25 = -.125. The bias gets δ itself, the weight δ times what it reads.",
            ),
            "ko": LessonTexts(
                "네 방정식",
                "역전파를 네 줄로 씁니다. 첫째 줄은 마지막 층의 오차 δ입니다.",
                "δ = ∂C/∂z는 어떤 인수로 되어 있을까요?",
                ("(a - y) · σ'(z)", "(a - y) · x", "σ'(z)뿐"),
                "여기서는 a = 0.5이므로 δ = (0.5 - 1) · 0.25 = -0.125입니다. 편향의 기울기는 δ 그대로이고, "
                "가중치의 기울기는 δ에 그 "
                "가중치가 읽는 값을 곱한 것입니다.",
            ),
        },
        (Evidence("b", -0.125), Evidence("w", -0.25)),
        "7-four-equations",
    ),
    Lesson(
        "slow-learning",
        "(sigmoid(w * x + b) - y)**2 / 2",
        {"w": 2, "x": 1, "b": 2, "y": 0},
        {
            "en": LessonTexts(
                "Slow learning",
                "A neuron that is badly wrong should learn fast. Does it?",
                "The output is .98, the target 0, the loss is squared. How large is ∂C/∂w?",
                ("about .017", "about .98", "about .48"),
                "The error is .98, but the neuron is saturated: σ'(z) is .018, and the gradient is the product. With "
                "cross entropy σ' cancels, and the gradient is .98.",
            ),
            "ko": LessonTexts(
                "느린 학습",
                "크게 틀린 뉴런은 빨리 배워야 할 것 같습니다. 정말 그럴까요?",
                "출력은 0.98, 목표는 0, 손실은 제곱 오차입니다. ∂C/∂w는 얼마나 클까요?",
                ("0.017쯤", "0.98쯤", "0.48쯤"),
                "오차는 0.98이지만 뉴런이 포화되어 σ'(z)가 0.018이고, 기울기는 둘의 곱입니다. 교차 엔트로피를 쓰면 "
                "σ'이 약분되어 "
                "기울기가 0.98이 됩니다.",
            ),
        },
        (Evidence("w", 0.0173),),
        "8-slow-learning",
    ),
    Lesson(
        "digits",
        "(sigmoid(w0 * x0 + w1 * x1 + b) - y)**2",
        {"w0": 3, "x0": 0, "w1": 1, "x1": 0.8, "b": -0.5, "y": 1},
        {
            "en": LessonTexts(
                "Digits",
                "A network reads an image: every pixel is an input with a weight of its own.",
                "The pixel x0 is blank: 0. How far does its weight w0 move on this image?",
                ("Not at all", "Furthest: it is the largest", "As far as w1"),
                "∂L/∂w0 = δ · x0, and x0 is 0. A weight learns only from images in which its pixel is inked; so the "
                "weights at the edge of the image stay as they began.",
            ),
            "ko": LessonTexts(
                "손글씨 숫자",
                "신경망이 이미지를 읽습니다. 픽셀마다 입력이 하나, 가중치가 하나씩 있습니다.",
                "픽셀 x0이 비어 있습니다(0). 이 이미지에서 가중치 w0은 얼마나 움직일까요?",
                ("움직이지 않는다", "가장 많이: 가장 큰 가중치이므로", "w1만큼"),
                "∂L/∂w0 = δ · x0이고 x0이 0입니다. 가중치는 자기 픽셀에 잉크가 있는 이미지에서만 배웁니다. 그래서 "
                "이미지 가장자리의 "
                "가중치는 처음 그대로 남습니다.",
            ),
        },
        (Evidence("w0", 0.0),),
        "9-digits",
        {"data": "digits", "hidden": [[8, "relu"]]},
    ),
    Lesson(
        "practice",
        "x * y + exp(x)",
        {"x": 0, "y": 4},
        {
            "en": LessonTexts(
                "Practice",
                "Find gradients yourself; a mistake is named, and a hint says what is missing.",
                "x = 0 is read in two places, y is 4. What is ∂f/∂x?",
                ("5", "4", "1"),
                "Through the product comes y = 4, through exp comes e^0 = 1. At a fork the contributions are "
                "summed: 5.",
            ),
            "ko": LessonTexts(
                "연습",
                "기울기를 직접 구해 봅니다. 실수에는 이름이 붙고, 힌트는 무엇이 빠졌는지 알려 줍니다.",
                "x = 0을 두 곳에서 읽고 y는 4입니다. ∂f/∂x는 얼마일까요?",
                ("5", "4", "1"),
                "곱셈을 지나 y = 4가, exp를 지나 e^0 = 1이 옵니다. 갈림길에서는 기여를 더하므로 5입니다.",
            ),
        },
        (Evidence("x", 5.0),),
        "10-practice",
    ),
)
"""In the lecture's order."""
