"""The messages of a report, by language."""

from __future__ import annotations

from collections.abc import Mapping

from backlit.errors import choose

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "report": "Report",
        "about": "{task}, measured on {rows} rows",
        "classification": "Classification",
        "regression": "Regression",
        "scores": "Scores",
        "measure": "measure",
        "model": "model",
        "baseline_classes": "class frequencies",
        "baseline_mean": "mean",
        "scores_note": "The baseline predicts the same for every row. "
        "Smaller is better for log loss, Brier, ECE, RMSE and MAE, "
        "larger for the others.",
        "classes": "Classes",
        "class": "class",
        "precision": "precision",
        "recall": "recall",
        "f1": "F1",
        "rows": "rows",
        "training": "Training",
        "training_note": "One line for each member; a ring marks the epoch that was kept.",
        "no_history": "A model that was loaded has no history: its file keeps none. "
        "Write the report when it is trained.",
        "loss": "Loss",
        "score": "Validation score",
        "rate": "Learning rate",
        "epoch": "epoch",
        "member": "member {number}",
        "ends": "start {first}, end {last}, {epochs} epochs",
        "confusion": "Confusion matrix",
        "confusion_note": "Each row is a true class, each column a predicted one; the shade is the share of the row.",
        "true": "true",
        "predicted": "predicted",
        "true_predicted": "true \\ predicted",
        "only_most": "The {count} classes with most rows are shown; all are in the table of classes.",
        "calibration": "Calibration",
        "calibration_note": "How often the most likely class is right, by its predicted probability. "
        "On the diagonal, probabilities are calibrated. ECE: {ece}.",
        "confidence": "confidence",
        "accuracy": "accuracy",
        "range": "from – to",
        "residuals": "Residuals",
        "residuals_note": "Left: the prediction of each row by its true value; on the diagonal it is right. "
        "Right: how many rows miss by how much.",
        "residual": "true − predicted",
        "quantile": "quantile",
        "value": "value",
        "sampled": "{shown} of {rows} rows are drawn.",
        "importance": "Importance of columns",
        "importance_note": "{score} lost when the column's cells change places; the line is one standard deviation.",
        "of_classes": "Accuracy",
        "of_numbers": "R²",
        "column": "column",
        "lost": "lost",
        "deviation": "deviation",
        "most_important": "The {count} most important of {all} columns are drawn; all are in the table.",
        "flow": "Gradient flow",
        "flow_note": "Mean magnitudes on a batch of these rows, on a logarithmic scale. "
        "Layers whose numbers are far below the last one's hardly learn.",
        "layer": "layer",
        "layer_name": "layer {layer}: {neurons} {gate}",
        "weight_gradient": "mean |∂C/∂w|",
        "delta": "mean |δ|",
        "facts": "Data and network",
        "settings": "Settings",
        "name": "name",
        "columns": "columns",
        "class_count": "classes",
        "network": "network",
        "parameters": "parameters",
        "members": "members",
        "epochs": "epochs",
        "numbers": "The numbers",
    },
    "ko": {
        "report": "보고서",
        "about": "{task}, {rows}개 행에서 측정",
        "classification": "분류",
        "regression": "회귀",
        "scores": "점수",
        "measure": "척도",
        "model": "모델",
        "baseline_classes": "클래스 빈도",
        "baseline_mean": "평균",
        "scores_note": "기준선은 모든 행에 같은 답을 합니다. log loss, Brier, ECE, RMSE, MAE는 작을수록, "
        "나머지는 클수록 좋습니다.",
        "classes": "클래스",
        "class": "클래스",
        "precision": "정밀도",
        "recall": "재현율",
        "f1": "F1",
        "rows": "행",
        "training": "학습",
        "training_note": "구성원마다 선 하나; 고리는 남긴 에포크입니다.",
        "no_history": "불러온 모델에는 학습 기록이 없습니다: 파일에 담기지 않습니다. 학습할 때 보고서를 쓰세요.",
        "loss": "손실",
        "score": "검증 점수",
        "rate": "학습률",
        "epoch": "에포크",
        "member": "구성원 {number}",
        "ends": "처음 {first}, 끝 {last}, {epochs} 에포크",
        "confusion": "혼동 행렬",
        "confusion_note": "행은 실제 클래스, 열은 예측한 클래스이고, 짙기는 그 행에서 차지하는 비율입니다.",
        "true": "실제",
        "predicted": "예측",
        "true_predicted": "실제 \\ 예측",
        "only_most": "행이 가장 많은 클래스 {count}개만 그렸습니다. 전체는 클래스 표에 있습니다.",
        "calibration": "보정",
        "calibration_note": "가장 그럴듯한 클래스가 맞은 비율을, 모델이 말한 확률별로 보입니다. "
        "대각선 위에 있으면 확률이 정직합니다. ECE: {ece}.",
        "confidence": "확신",
        "accuracy": "정확도",
        "range": "구간",
        "residuals": "잔차",
        "residuals_note": "왼쪽: 행마다 실제 값에 대한 예측, 대각선 위면 맞은 것입니다. "
        "오른쪽: 얼마나 빗나간 행이 몇 개인지.",
        "residual": "실제 − 예측",
        "quantile": "분위수",
        "value": "값",
        "sampled": "{rows}개 행 중 {shown}개를 그렸습니다.",
        "importance": "열의 중요도",
        "importance_note": "열의 칸을 서로 섞었을 때 잃는 {score}. 선은 표준편차 하나입니다.",
        "of_classes": "정확도",
        "of_numbers": "R²",
        "column": "열",
        "lost": "손실분",
        "deviation": "편차",
        "most_important": "열 {all}개 중 가장 중요한 {count}개를 그렸습니다. 전체는 표에 있습니다.",
        "flow": "기울기 흐름",
        "flow_note": "이 행들의 배치에서 평균 크기, 로그 눈금, 첫 층에서 마지막 층까지. "
        "마지막 층보다 훨씬 작은 층은 거의 학습하지 못합니다.",
        "layer": "층",
        "layer_name": "층 {layer}: {neurons} {gate}",
        "weight_gradient": "평균 |∂C/∂w|",
        "delta": "평균 |δ|",
        "facts": "데이터와 신경망",
        "settings": "설정",
        "name": "이름",
        "columns": "열",
        "class_count": "클래스",
        "network": "신경망",
        "parameters": "매개변수",
        "members": "구성원",
        "epochs": "에포크",
        "numbers": "숫자로 보기",
    },
}
"""Language -> name of a message -> text. A new language is one entry here."""


def messages(lang: str) -> Mapping[str, str]:
    """The messages of a language.

    Raises
    ------
    BacklitError
        If it is unknown.
    """
    return choose("language", lang, MESSAGES)
